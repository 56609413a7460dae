/** Tests of the contracts: one call for each, run on every implementation and every wrapper. */
export { objectStoreConformance } from "./conformance/object-store-conformance.js";
export {
  type PartStoreConformanceOptions,
  type PartStoreSubject,
  partStoreConformance,
} from "./conformance/part-store-conformance.js";
export type {
  ConformanceHarness,
  ObjectStoreConformanceOptions,
  StoreSubject,
  TestedCapabilities,
  TestedStore,
} from "./conformance/subject.js";
