/**
 * Makes and opens sealed handles. Only engine and storage may import this.
 *
 * The brand is a symbol that the root does not export, so no other repository can write a type that
 * has it; the state behind a handle is in a WeakMap, so no handle can be forged at run time.
 */
import { IoError } from "@crv/core";

/** Brand of every sealed type. Its value is on the handles, so that they show what they are. */
export const sealed: unique symbol = Symbol("crv.sealed");

export interface HandleKind<Handle extends object, State> {
  /** Binds `state` to `handle` and returns the handle. */
  seal(handle: Handle, state: State): Handle;
  /** @throws IoError `FOREIGN_HANDLE` when this kind did not seal `handle`. */
  open(handle: Handle): State;
}

/** One kind of handle. `what` names it in messages. */
export function handleKind<Handle extends object, State>(what: string): HandleKind<Handle, State> {
  const states = new WeakMap<Handle, State>();
  return {
    seal(handle, state) {
      states.set(handle, state);
      return Object.freeze(handle);
    },
    open(handle) {
      const state = states.get(handle);
      if (state !== undefined) return state;
      throw new IoError(
        "FOREIGN_HANDLE",
        `this ${what} was not made by this store: pass on the handle that the store returned`,
        { details: { what } },
      );
    },
  };
}
