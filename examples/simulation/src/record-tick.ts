/** The events of one tick as rows of the canonical tables. */
import type { Recorder } from "crv";
import { ActionKind, canonicalActionKey, ExchangeKind, RepresentationEdgeKind } from "crv/models";
import type { Decision, Market, TickEvents } from "./market.js";

const VENUE = "main_market";

/** What an agent can do, as the grammar of actions names it. */
const ACTIONS = {
  buy: ActionKind.POST_ORDER_TO_VENUE,
  sell: ActionKind.POST_ORDER_TO_VENUE,
  talk: ActionKind.ENDORSE_TOKEN,
} as const;

export function recordTick(
  recorder: Recorder,
  tick: number,
  { decisions, trades, messages, opinions }: TickEvents,
  market: Market,
): void {
  for (const decision of decisions) recorder.write("decisions", decisionRow(tick, decision));
  for (const { buyer, seller, token, price } of trades) {
    recorder.write("exchange", {
      tick,
      venue_id: VENUE,
      token_id: token,
      exchange_event_type: ExchangeKind.TRADE,
      side: "buy",
      quantity: 1,
      price,
      actor_agent_id: buyer,
      counterparty_agent_id: seller,
      additional_payload: {},
    });
    for (const agent of [buyer, seller]) {
      const quantity = market.holding(agent, token);
      recorder.write("holdings", { tick, agent_id: agent, token_id: token, quantity });
    }
  }
  for (const { sender, token, stance, hearers } of messages) {
    recorder.write("messages", {
      tick,
      sender_agent_id: sender,
      channel_name: "street",
      visibility_scope: "group",
      audience: { agent_ids: [...hearers] },
      speech_act: "endorse",
      topic_label: token,
      stance_label: stance,
      claims: {},
      style: {},
    });
  }
  for (const { agent, token, speaker, weight } of opinions) {
    recorder.write("identity_edges", {
      tick,
      observer_agent_id: agent,
      edge_kind: RepresentationEdgeKind.AGENT_TO_OBJECT,
      subject_id: speaker,
      token_id: token,
      edge_weight: weight,
      edge_sign: Math.sign(weight),
    });
  }
}

function decisionRow(tick: number, { agent, token, action, scores, valuation }: Decision) {
  const candidates = (["buy", "sell", "talk"] as const).map((name) => {
    const parameters = name === "talk" ? { token_id: token } : { side: name, token_id: token };
    return {
      action_type: ACTIONS[name],
      parameters,
      score: scores[name],
      key: canonicalActionKey(ACTIONS[name], parameters),
    };
  });
  return {
    tick,
    agent_id: agent,
    chosen_action: { type: ACTIONS[action], token_id: token, side: action },
    action_candidates: candidates,
    token_value_estimates: { [token]: valuation },
  };
}
