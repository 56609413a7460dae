/** Open structs and lists of them: plain JSON data, stored as JSON text. */
import { NESTING_MAX, type OpenType, show } from "@crv/core";
import type { ValueRule } from "./value-rule.js";
import { isWellFormed } from "./well-formed.js";

export const openStructRule: ValueRule = jsonRule("struct", isPlainObject, "pass a plain object");

export const openListRule: ValueRule = jsonRule(
  "list[struct]",
  (value) => Array.isArray(value) && value.every(isPlainObject),
  "pass an array of plain objects",
);

/** An object without a class; of another realm, too. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function jsonRule(
  type: OpenType,
  hasShape: (value: unknown) => boolean,
  remedy: string,
): ValueRule {
  return {
    cast(value) {
      if (!hasShape(value)) return undefined;
      const writer = new JsonWriter();
      return writer.write(value, 0) ? writer.text : undefined;
    },
    remedy(value) {
      if (!hasShape(value)) return remedy;
      const writer = new JsonWriter();
      writer.write(value, 0);
      return `${type}${writer.path}: ${writer.refusal}`;
    },
  };
}

/**
 * Writes JSON text, and stops at the first value that JSON cannot hold. Unlike JSON.stringify it
 * changes nothing on the way: NaN does not become null, a Date no text, -0 stays -0. A member that
 * is undefined is left out; an element that is undefined is null.
 */
class JsonWriter {
  text = "";
  /** Why it stopped, and where: `.a[2]`. */
  refusal = "";
  path = "";

  /** False when `value` was refused. */
  write(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case "string":
        if (!isWellFormed(value)) return this.#refuse("it holds half of a surrogate pair");
        this.text += JSON.stringify(value);
        return true;
      case "number":
        if (!Number.isFinite(value)) return this.#refuse(`JSON has no ${value}; pass null`);
        this.text += Object.is(value, -0) ? "-0.0" : String(value);
        return true;
      case "boolean":
        this.text += String(value);
        return true;
      case "object":
        return value === null ? this.#writeNull() : this.#writeNested(value, depth);
      case "undefined":
        return this.#writeNull();
      case "bigint":
        return this.#refuse("JSON has no BigInt; pass a number or a string");
      default:
        return this.#refuse(`a ${typeof value} is not data`);
    }
  }

  #writeNull(): boolean {
    this.text += "null";
    return true;
  }

  #writeNested(value: object, depth: number): boolean {
    if (depth >= NESTING_MAX) {
      return this.#refuse(`it is nested deeper than ${NESTING_MAX} levels, or contains itself`);
    }
    if (Array.isArray(value)) return this.#writeArray(value, depth);
    if (isPlainObject(value)) return this.#writeObject(value, depth);
    return this.#refuse(`${show(value)} is not a plain object; pass its data`);
  }

  #writeArray(values: readonly unknown[], depth: number): boolean {
    this.text += "[";
    for (let index = 0; index < values.length; index++) {
      if (index > 0) this.text += ",";
      if (!this.write(values[index], depth + 1)) return this.#at(`[${index}]`);
    }
    this.text += "]";
    return true;
  }

  #writeObject(members: Readonly<Record<string, unknown>>, depth: number): boolean {
    this.text += "{";
    let isFirst = true;
    for (const key of Object.keys(members)) {
      const value = members[key];
      if (value === undefined) continue;
      if (!isWellFormed(key)) return this.#refuse(`the key ${show(key)} is not well-formed`);
      this.text += `${isFirst ? "" : ","}${JSON.stringify(key)}:`;
      isFirst = false;
      if (!this.write(value, depth + 1)) return this.#at(`.${key}`);
    }
    this.text += "}";
    return true;
  }

  #refuse(reason: string): false {
    this.refusal = reason;
    return false;
  }

  /** Called on the way out, so that the path grows at its front. */
  #at(step: string): false {
    this.path = step + this.path;
    return false;
  }
}
