/**
 * What tests of everything above the storage stand on: a simulated disk with crashes, faults and
 * losses of power, processes that may be dead, a clock and randomness that a test decides, the
 * simplest codec, and a wrapper that counts.
 */
export {
  type Choose,
  everyChoice,
  firstChoice,
  lastChoice,
  randomChoice,
} from "./testing/choices.js";
export { type CountedCall, CountingStore } from "./testing/counting-store.js";
export {
  crashAfter,
  crashBefore,
  type Fault,
  type FaultErrno,
  type FaultPlan,
  fittingFaults,
  type PlannedFault,
  type RandomFaultOptions,
  randomFaults,
} from "./testing/fault-plan.js";
export { readOneByOne } from "./testing/read-one-by-one.js";
export { readOnlyView } from "./testing/read-only-view.js";
export { type SeededRandom, seededRandom } from "./testing/seeded-random.js";
export { SimulatedClock, type SimulatedClockOptions } from "./testing/simulated-clock.js";
export {
  type ProcessOptions,
  SimulatedDisk,
  type SimulatedDiskOptions,
} from "./testing/simulated-disk.js";
export { simulatedLiveness } from "./testing/simulated-liveness.js";
export { SimulatedCrash, type SimulatedProcess } from "./testing/simulated-process.js";
export type { SimulatedStore } from "./testing/simulated-store.js";
export {
  formatStorageCall,
  type StorageCall,
  type StorageStep,
  type StorageVerb,
} from "./testing/storage-call.js";
export { TrivialPartStore } from "./testing/trivial-part-store.js";
