/** What tests expect of errors. */
import { expect } from "vitest";
import { CrvError } from "../../src/index.js";

export interface Expected {
  /** Class of the error, by name. */
  readonly name: string;
  readonly code: string;
  /** Pieces of the message: what is wrong, where, and the remedy. */
  readonly says: readonly string[];
}

/** The error that `call` fails with, once it is of crv and says what is `expected`. */
export async function refusal(
  call: () => Promise<unknown>,
  { name, code, says }: Expected,
): Promise<CrvError> {
  const error: unknown = await call().then(
    (value) => expect.fail(`expected ${code}, got the value ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CrvError);
  const { message, ...refused } = error as CrvError;
  expect({ name: refused.name, code: refused.code }, message).toEqual({ name, code });
  for (const piece of says) expect(message).toContain(piece);
  return error as CrvError;
}
