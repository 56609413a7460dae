/** A reader that cannot write, not even by a cast: what proves that reading writes nothing. */
import type { ObjectReader } from "../object-store.js";

/** The reading half of `store`, an object of its own without any other member. Closing closes it. */
export function readOnlyView(store: ObjectReader): ObjectReader {
  return Object.freeze({
    capabilities: store.capabilities,
    stat: (key) => store.stat(key),
    get: (key, options) => store.get(key, options),
    list: (prefix, options) => store.list(prefix, options),
    location: (key) => store.location(key),
    close: () => store.close(),
  } satisfies ObjectReader);
}
