/** Lists the names of one kind of file; malformed ones are problems, foreign ones are left alone. */
import { CrvError, type ObjectKey } from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import type { Findings } from "./findings.js";

/** What `parse` gives of each name below `prefix`, in byte order of the names. */
export async function* listNames<Name>(
  store: ObjectReader,
  prefix: string,
  parse: (key: string) => Name | undefined,
  findings: Findings,
): AsyncGenerator<Name> {
  for await (const { key } of store.list(prefix)) {
    const name = parseName(key, parse, findings);
    if (name !== undefined) yield name;
  }
}

/** Undefined when `key` is no well-formed name of the kind. */
export function parseName<Name>(
  key: ObjectKey,
  parse: (key: string) => Name | undefined,
  findings: Findings,
): Name | undefined {
  try {
    return parse(key);
  } catch (error) {
    if (!(error instanceof CrvError)) throw error;
    const detail = "it is a malformed name of our own kind: move it out of the run";
    findings.add({ file: "foreign", kind: "misnamed", path: key, detail });
    return undefined;
  }
}
