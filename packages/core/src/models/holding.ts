/** What agents hold, and what it is worth: rows of `holdings` and `holdings_valuation`. */
import { z } from "zod";
import { int64, real, text, tick } from "./column-shapes.js";

const holding = { tick, agent_id: text, token_id: text, quantity: int64 };

export const HoldingRow = z.strictObject(holding);
export type HoldingRow = z.output<typeof HoldingRow>;

/** Costs and prices are in the currency of the run's valuation settings. */
export const HoldingValuationRow = z.strictObject({
  ...holding,
  avg_unit_cost: real.nullish(),
  cost_value: real.nullish(),
  mark_price: real.nullish(),
  mark_value: real.nullish(),
  realized_pnl: real.nullish(),
  unrealized_pnl: real.nullish(),
  price_source: text.nullish(),
  accounting_method: text.nullish(),
});
export type HoldingValuationRow = z.output<typeof HoldingValuationRow>;
