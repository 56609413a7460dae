/** Checkpoints beyond the end of a log, which speak for records that are lost. */
import { formatCheckpointIndexKey, formatCheckpointKey, type Version } from "@crv/core";
import type { Findings } from "./findings.js";
import type { CheckpointForms } from "./walk-log.js";

export function checkEnds(findings: Findings, checkpoints: CheckpointForms, head: Version): void {
  const forms = [
    [checkpoints.segmented, formatCheckpointIndexKey],
    [checkpoints.whole, formatCheckpointKey],
  ] as const;
  for (const [versions, format] of forms) {
    for (const version of versions) {
      if (version <= head) continue;
      const detail = `the log ends at ${head}: records were lost`;
      findings.add({
        file: "checkpoint",
        kind: "contradicts",
        path: format(version),
        version,
        detail,
      });
    }
  }
}
