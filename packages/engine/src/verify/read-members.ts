/** Members whose every byte was read, and what was found: what is the same file need not be read again. */
import type { ObjectKey } from "@crv/core";
import type { ObjectInfo } from "@crv/storage-trait/object-store";
import type { Fault } from "./problem.js";

export interface ReadMember {
  readonly identity: string;
  /** Undefined when it is sound. */
  readonly fault: Fault | undefined;
}

export class ReadMembers {
  readonly #read = new Map<ObjectKey, ReadMember>();

  /** @param info From before it was read. */
  add({ key, identity }: ObjectInfo, fault: Fault | undefined): void {
    if (identity !== undefined) this.#read.set(key, { identity, fault });
  }

  /**
   * What was read under `path`, if that is the file of all of `infos`: the member as it is now, and a
   * view of it. The file had its identity before it was read and has it now, under two names.
   */
  of(path: ObjectKey, ...infos: readonly (ObjectInfo | undefined)[]): ReadMember | undefined {
    const read = this.#read.get(path);
    return infos.every((info) => info?.identity === read?.identity) ? read : undefined;
  }
}
