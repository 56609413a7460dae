/** Trades, orders, gifts and votes: rows of `exchange`. */
import { z } from "zod";
import { ExchangeKind, Side } from "../grammar/exchange-kind.js";
import { exactly, inAnyCase, json, real, text, tick } from "./column-shapes.js";

export const ExchangeRow = z.strictObject({
  tick,
  venue_id: text,
  token_id: text,
  exchange_event_type: exactly(ExchangeKind),
  side: inAnyCase(Side).nullish(),
  quantity: real.nullish(),
  price: real.nullish(),
  actor_agent_id: text.nullish(),
  counterparty_agent_id: text.nullish(),
  baseline_value: real.nullish(),
  additional_payload: json.default({}),
});
export type ExchangeRow = z.output<typeof ExchangeRow>;
