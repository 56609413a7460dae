/** Which keys and prefixes a store accepts. Every implementation checks with these, on every call. */
import { GrammarError, type ObjectKey, parseObjectKey, STAGING_DIRECTORY, show } from "@crv/core";

/**
 * Types say `ObjectKey`, but keys also come out of records: they are checked where they are used.
 *
 * @throws GrammarError `INVALID_NAME` for a key that breaks its grammar or lies in the staging directory.
 */
export function checkStoredKey(key: ObjectKey): ObjectKey {
  parseObjectKey(key);
  if (isStaging(key))
    throw invalid("object key", key, `"${STAGING_DIRECTORY}" holds writes under way`);
  return key;
}

/**
 * A prefix is empty (all keys) or a directory of keys that ends in `/`.
 *
 * @throws GrammarError `INVALID_NAME`.
 */
export function checkListPrefix(prefix: string): string {
  if (prefix === "") return prefix;
  if (!prefix.endsWith("/")) throw invalid("prefix", prefix, 'it must end in "/"');
  parseObjectKey(prefix.slice(0, -1));
  return prefix;
}

/** Whether a relative name is a key that `list` may give. */
export function isStoredKey(name: string): name is ObjectKey {
  try {
    checkStoredKey(name as ObjectKey);
    return true;
  } catch {
    return false;
  }
}

function isStaging(key: string): boolean {
  return key === STAGING_DIRECTORY || key.startsWith(`${STAGING_DIRECTORY}/`);
}

function invalid(what: string, value: string, rule: string): GrammarError {
  return new GrammarError("INVALID_NAME", `invalid ${what} ${show(value)}: ${rule}`, {
    details: { what, value },
  });
}
