/** What a conformance suite needs to be given: a way to run tests, and the thing to test. */
import type { ObjectStore, StoreCapabilities } from "../object-store.js";
import type { InlineCommitResidual } from "../residual.js";

/** The two functions of a test runner that are used, so that no runner is a dependency. */
export interface ConformanceHarness {
  describe(name: string, define: () => void): void;
  test(name: string, run: () => Promise<void>): void;
}

export type TestedStore = ObjectStore & InlineCommitResidual;

/** One store for one test. */
export interface StoreSubject {
  /** Empty. */
  readonly store: TestedStore;
  /** Opens the same objects once more, as another process would. Needed where `shared` is declared. */
  another?(): Promise<TestedStore>;
  /** Reads what `location` names, without the store. Needed where `locations` is declared. */
  readLocation?(location: string): Promise<Uint8Array>;
  /** Called after the test, whatever came of it. */
  dispose?(): Promise<void>;
}

/** Declared, not detected: what is declared is tested, what is not is tested to be absent. */
export interface TestedCapabilities extends StoreCapabilities {
  /** Whether the same objects can be opened more than once. */
  readonly shared: boolean;
  /** Whether `stat` and `list` tell the identity of a file, and a view may be a link. */
  readonly identities: boolean;
}

export interface ObjectStoreConformanceOptions {
  readonly name: string;
  readonly capabilities: TestedCapabilities;
  readonly harness: ConformanceHarness;
  open(): Promise<StoreSubject>;
}

/** Defines one test that gets a subject of its own. */
export type StoreTest = (name: string, run: (subject: StoreSubject) => Promise<void>) => void;

/** A group of tests, one file for each part of the contract. */
export type StoreClauses = (test: StoreTest, capabilities: TestedCapabilities) => void;
