import { SafetensorsError } from "../../src/index.js";

/** The error that a call throws or rejects with, which must be one of ours. */
export async function errorOf(call: () => unknown): Promise<SafetensorsError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof SafetensorsError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
