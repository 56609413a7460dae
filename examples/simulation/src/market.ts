/**
 * The model: agents who hold tokens, trade them on one venue, and talk. Every tick depends on the seed and
 * the state before it alone. Knows nothing of crv.
 */
import { SeededRandom } from "./seeded-random.js";

export interface MarketOptions {
  readonly agents: number;
  readonly seed: number;
}

export interface Decision {
  readonly agent: string;
  readonly token: string;
  readonly action: "buy" | "sell" | "talk";
  /** What the agent takes each candidate to be worth. */
  readonly scores: { readonly buy: number; readonly sell: number; readonly talk: number };
  readonly valuation: number;
}

export interface Trade {
  readonly buyer: string;
  readonly seller: string;
  readonly token: string;
  readonly price: number;
}

export interface Message {
  readonly sender: string;
  readonly token: string;
  readonly stance: "positive" | "negative";
  readonly hearers: readonly string[];
}

/** What one agent thinks of a token, after it heard of it. */
export interface Opinion {
  readonly agent: string;
  readonly token: string;
  readonly speaker: string;
  /** From -1 to 1. */
  readonly weight: number;
}

export interface TickEvents {
  readonly decisions: readonly Decision[];
  readonly trades: readonly Trade[];
  readonly messages: readonly Message[];
  readonly opinions: readonly Opinion[];
}

const TOKENS = ["T0", "T1", "T2", "T3"] as const;
const HOLDING_AT_START = 10;
const HEARERS = 3;
/** How far one message moves an opinion towards its stance. */
const PERSUASION = 0.2;

export class Market {
  readonly agents: readonly string[];
  readonly tokens: readonly string[] = TOKENS;
  readonly #seed: number;
  readonly #holdings = new Map<string, number>();
  readonly #opinions = new Map<string, number>();

  constructor({ agents, seed }: MarketOptions) {
    this.agents = Array.from({ length: agents }, (_, index) => `A${index}`);
    this.#seed = seed;
  }

  holding(agent: string, token: string): number {
    return this.#holdings.get(`${agent} ${token}`) ?? HOLDING_AT_START;
  }

  step(tick: number): TickEvents {
    const random = new SeededRandom(this.#seed, tick);
    const decisions = this.agents.map((agent) => this.#decide(agent, random));
    const messages = decisions
      .filter(({ action }) => action === "talk")
      .map((decision) => this.#talk(decision, random));
    return { decisions, trades: this.#match(decisions), messages, opinions: this.#hear(messages) };
  }

  #decide(agent: string, random: SeededRandom): Decision {
    const token = TOKENS[random.below(TOKENS.length)] as string;
    const opinion = this.#opinions.get(`${agent} ${token}`) ?? 0;
    const valuation = 100 * (1 + 0.5 * opinion) * (0.9 + 0.2 * random.fraction());
    const canSell = this.holding(agent, token) > 0;
    const scores = {
      buy: valuation / 100 + 0.3 * random.fraction(),
      sell: canSell ? 2 - valuation / 100 + 0.3 * random.fraction() : 0,
      talk: 1.2 * random.fraction(),
    };
    const best = Math.max(scores.buy, scores.sell, scores.talk);
    const action = best === scores.buy ? "buy" : best === scores.sell ? "sell" : "talk";
    return { agent, token, action, scores, valuation };
  }

  /** Buyers and sellers of a token in turn, as long as there are both. */
  #match(decisions: readonly Decision[]): readonly Trade[] {
    return TOKENS.flatMap((token) => {
      const of = (action: "buy" | "sell") =>
        decisions.filter((decision) => decision.token === token && decision.action === action);
      const sellers = of("sell");
      return of("buy")
        .slice(0, sellers.length)
        .map((buyer, index) => this.#trade(buyer, sellers[index] as Decision));
    });
  }

  #trade(buyer: Decision, seller: Decision): Trade {
    const { token } = buyer;
    this.#holdings.set(`${buyer.agent} ${token}`, this.holding(buyer.agent, token) + 1);
    this.#holdings.set(`${seller.agent} ${token}`, this.holding(seller.agent, token) - 1);
    const price = (buyer.valuation + seller.valuation) / 2;
    return { buyer: buyer.agent, seller: seller.agent, token, price };
  }

  #talk({ agent, token, valuation }: Decision, random: SeededRandom): Message {
    const hearers = Array.from(
      { length: HEARERS },
      () => this.agents[random.below(this.agents.length)] as string,
    ).filter((hearer) => hearer !== agent);
    return { sender: agent, token, stance: valuation >= 100 ? "positive" : "negative", hearers };
  }

  #hear(messages: readonly Message[]): readonly Opinion[] {
    return messages.flatMap(({ sender, token, stance, hearers }) =>
      hearers.map((agent) => {
        const before = this.#opinions.get(`${agent} ${token}`) ?? 0;
        const weight = before + PERSUASION * ((stance === "positive" ? 1 : -1) - before);
        this.#opinions.set(`${agent} ${token}`, weight);
        return { agent, token, speaker: sender, weight };
      }),
    );
  }
}
