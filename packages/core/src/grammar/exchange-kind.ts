/** Events of the table `exchange`. */
import { memberOf } from "./vocabulary.js";

export const ExchangeKind = {
  TRADE: "trade",
  ORDER_POST: "order_post",
  ORDER_CANCEL: "order_cancel",
  SWAP: "swap",
  GIFT: "gift",
  PEER_OFFER: "peer_offer",
  PEER_ACCEPT: "peer_accept",
  PEER_REJECT: "peer_reject",
  CAST_VOTE: "cast_vote",
  VOTE_OUTCOME: "vote_outcome",
} as const;

export type ExchangeKind = (typeof ExchangeKind)[keyof typeof ExchangeKind];

export const Side = { BUY: "buy", SELL: "sell" } as const;

export type Side = (typeof Side)[keyof typeof Side];

/** @throws GrammarError `INVALID_NAME`, `UNKNOWN_VALUE`. */
export function exchangeKindFromValue(value: unknown): ExchangeKind {
  return memberOf(ExchangeKind, "exchange_event_type", value);
}
