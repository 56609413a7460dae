import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import * as crv from "../src/index.js";

const VALUES = [
  "CANONICAL_TABLES",
  "COMMIT_PHASES",
  "COMPRESSION",
  "ConflictError",
  "CrvError",
  "DECISIONS_DESC",
  "Dataset",
  "EXCHANGE_DESC",
  "GrammarError",
  "HOLDINGS_DESC",
  "HOLDINGS_VALUATION_DESC",
  "IDENTITY_EDGES_DESC",
  "IoConfigError",
  "IoError",
  "IoManifestError",
  "IoSchemaError",
  "IoSettings",
  "IoWriteError",
  "MESSAGES_DESC",
  "ORACLE_CALLS_DESC",
  "RECOVERY_ACTOR",
  "ROW_GROUP_SIZE",
  "Run",
  "SCENARIOS_SEEN_DESC",
  "SCHEMA_V",
  "Scan",
  "SchemaError",
  "TICK_BUCKET_SIZE",
  "TICK_MAX",
  "TableName",
  "Transaction",
  "UnknownOutcomeError",
  "VersionMismatch",
  "canonicalJson",
  "conflictResponse",
  "defineTable",
  "describeRecord",
  "describeSidecar",
  "formatSchemaVersion",
  "getTable",
  "hashContext",
  "hashRow",
  "hashState",
  "isCompatible",
  "isLowerSnake",
  "isSuccessorOf",
  "listTables",
  "loadSettings",
  "makeRunId",
  "openDataset",
  "openRun",
  "openStore",
  "parseSchemaVersion",
  "recoveriesOf",
  "schemaVersion",
];

const TYPES = [
  "AppendInput",
  "AppendResult",
  "BadRow",
  "BranchName",
  "ChangedTable",
  "ColumnSpec",
  "ColumnSpecs",
  "ColumnType",
  "CommitId",
  "CommitOutcome",
  "CommitPhase",
  "CommitRecord",
  "Conflict",
  "ConflictResponse",
  "Durability",
  "EffectiveSetting",
  "ErrorAction",
  "ErrorCode",
  "ErrorDetails",
  "ExaminedOperation",
  "Filter",
  "InferRow",
  "IoSettingsInput",
  "JsonObject",
  "JsonValue",
  "LoadInput",
  "LoadMode",
  "LoadOptions",
  "LoadSettingsOptions",
  "LoadedSettings",
  "LogOptions",
  "OpenRunOptions",
  "OperationId",
  "OperationRef",
  "PhaseEvent",
  "RefreshReport",
  "Resolution",
  "RowInput",
  "RunId",
  "RunOptions",
  "RunSummary",
  "ScanOptions",
  "SchemaVersion",
  "SettingOrigin",
  "Store",
  "SweepReport",
  "SweptOperation",
  "TableDescriptor",
  "TableKey",
  "TableManifest",
  "TableOptions",
  "TableSummary",
  "TransactionResult",
  "TrimReport",
  "UnreadableRun",
  "ValidateRows",
  "Where",
  "WriteOptions",
  "WrittenRows",
];

// To add a name is a minor change, to take one away a breaking one: both belong in the changelog.
describe("crv", () => {
  test("exports these values, and no others", () => {
    expect(Object.keys(crv).sort()).toEqual(VALUES);
  });

  test("exports these types, and no others", async () => {
    const source = await readFile(new URL("../src/index.ts", import.meta.url), "utf8");
    const lists = [...source.matchAll(/^export (type )?\{([^}]*)\}/gm)];
    const types = lists.flatMap(([, isTypeList, names = ""]) =>
      names
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "" && (isTypeList !== undefined || name.startsWith("type ")))
        .map((name) => name.replace(/^type /, "")),
    );
    expect(types.sort()).toEqual(TYPES);
  });
});
