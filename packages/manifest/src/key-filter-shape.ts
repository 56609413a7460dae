/** The key filter of a part entry, on disk and in memory. Source: docs/format/key-filter.md. */
import {
  KEY_FILTER_BYTES_MAX,
  KEY_FILTER_INLINE_BYTES_MAX,
  type KeyFilterEntry,
  NAME_CHARS_MAX,
  PART_ROWS_MAX,
} from "@crv/core";
import { z } from "zod";

const INLINE_CHARS_MAX = Math.ceil(KEY_FILTER_INLINE_BYTES_MAX / 3) * 4;

/** Derived data: what is not of this shape is no filter, and the part is read. */
export const keyFilterShape: z.ZodType<KeyFilterEntry | undefined> = z
  .object({
    columns: z.array(z.string().min(1).max(NAME_CHARS_MAX)).min(1),
    keys: z.int().positive().max(PART_ROWS_MAX),
  })
  .and(
    z.union([
      z.object({ inline: z.base64().max(INLINE_CHARS_MAX) }),
      z.object({
        bytes: z.int().nonnegative().max(KEY_FILTER_BYTES_MAX),
        digest: z.string().regex(/^[0-9a-f]{32}$/),
      }),
    ]),
  )
  .transform(({ columns, keys, ...content }) => ({
    columns,
    keys,
    content: "inline" in content ? content : { sizeBytes: content.bytes, digest: content.digest },
  }))
  .optional()
  .catch(undefined);

export function writeKeyFilter({ columns, keys, content }: KeyFilterEntry): object {
  return "inline" in content
    ? { columns, keys, inline: content.inline }
    : { columns, keys, bytes: content.sizeBytes, digest: content.digest };
}
