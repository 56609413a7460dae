/** JSON without loss: numbers whose digits a double may not hold keep their text. */
import { parse } from "lossless-json";

/** Numbers of up to 15 digits are exact, or round as any reader rounds them. */
const MANY_DIGITS = /\d{16}/;

/** Numbers of many digits are LosslessNumber. @throws SyntaxError */
export function parseJson(text: string): unknown {
  return MANY_DIGITS.test(text) ? parseNumbersAsText(text) : (JSON.parse(text) as unknown);
}

/** Every number is a LosslessNumber, which tells `1.0` from `1`. @throws SyntaxError */
export function parseNumbersAsText(text: string): unknown {
  return parse(text);
}
