/** Arrow types in words, for messages. */
import type { DataType } from "apache-arrow";

/** As apache-arrow names it, but a decimal by precision and scale: its `Decimal[5e+2]` is `Decimal(5, 2)`. */
export function formatArrowType(type: DataType): string {
  return String(type).replace(/Decimal\[(\d+)e[+]?(-?\d+)\]/g, "Decimal($1, $2)");
}
