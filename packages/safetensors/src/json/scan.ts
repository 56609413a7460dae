/** What a scan of text gives: a value and where it ends, or what was expected and where. */
export type Scan<T> =
  | { readonly value: T; readonly end: number }
  | { readonly expected: string; readonly at: number };
