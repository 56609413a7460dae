/** What agents do. The order is that of the alternatives of `action_request` in the grammar. */
import { canonicalJson } from "../canonical-json.js";
import { compareText } from "../text.js";
import { memberOf } from "./vocabulary.js";

export const ActionKind = {
  ACQUIRE_TOKEN: "acquire_token",
  RELINQUISH_TOKEN: "relinquish_token",
  RELATE_AGENT: "relate_agent",
  RELATE_OTHER_AGENTS: "relate_other_agents",
  ENDORSE_TOKEN: "endorse_token",
  COENDORSE_TOKEN_WITH_AGENTS: "coendorse_token_with_agents",
  EXPOSE_SIGNAL_ABOUT_TOKEN: "expose_signal_about_token",
  DECLARE_COOCCURRENCE: "declare_cooccurrence_between_tokens",
  PROPOSE_PEER_EXCHANGE: "propose_peer_exchange",
  ACCEPT_PEER_EXCHANGE: "accept_peer_exchange",
  REJECT_PEER_EXCHANGE: "reject_peer_exchange",
  SETTLE_PEER_EXCHANGE: "settle_peer_exchange",
  POST_ORDER_TO_VENUE: "post_order_to_venue",
  CANCEL_ORDER_AT_VENUE: "cancel_order_at_venue",
  SETTLE_TRADE_FROM_VENUE: "settle_trade_from_venue",
  SWAP_AT_VENUE: "swap_at_venue",
  CAST_VOTE_AT_VENUE: "cast_vote_at_venue",
  PUBLISH_VOTE_OUTCOME: "publish_vote_outcome_from_venue",
  GIFT_TOKEN: "gift_token",
  SEND_CHAT_MESSAGE: "send_chat_message",
  PUBLISH_ANNOUNCEMENT: "publish_announcement",
} as const;

export type ActionKind = (typeof ActionKind)[keyof typeof ActionKind];

/** @throws GrammarError `INVALID_NAME`, `UNKNOWN_VALUE`. */
export function actionKindFromValue(value: unknown): ActionKind {
  return memberOf(ActionKind, "action_type", value);
}

/**
 * A label of an action: `gift_token:quantity=2|token_id=T1`, parameters in order of their names.
 *
 * Texts stand as they are, other values as canonical JSON. It is a label and is not parsed: a text may
 * hold `|` and `=` itself.
 *
 * @throws GrammarError `INVALID_NAME`, `UNKNOWN_VALUE` for the kind.
 * @throws SchemaError `INVALID_VALUE` for a parameter without a JSON form.
 */
export function canonicalActionKey(
  kind: ActionKind,
  parameters: Readonly<Record<string, unknown>> = {},
): string {
  const pairs = Object.keys(parameters)
    .filter((name) => parameters[name] !== undefined)
    .sort(compareText)
    .map((name) => `${name}=${labelOf(parameters[name])}`);
  const action = actionKindFromValue(kind);
  return pairs.length === 0 ? action : `${action}:${pairs.join("|")}`;
}

function labelOf(value: unknown): string {
  return typeof value === "string" ? value : canonicalJson(value);
}
