/** Settings of the valuation of holdings. Kept for programs above: crv itself does not read them. */
import type { SettingGroup } from "./setting-group.js";
import { oneOf, someText, trueOrFalse, wholeNumber } from "./setting-rule.js";

export interface ValuationSettings {
  readonly enabled: boolean;
  readonly costMethod: "wac" | "fifo" | "lifo" | "specific_lot";
  readonly priceSource: "last_trade" | "baseline_value" | "vwap_window" | "oracle";
  readonly vwapWindowTicks: number;
  readonly currency: string;
}

export const VALUATION_SETTINGS: SettingGroup<ValuationSettings> = {
  enabled: { rule: trueOrFalse, default: false },
  costMethod: { rule: oneOf("wac", "fifo", "lifo", "specific_lot"), default: "wac" },
  priceSource: {
    rule: oneOf("last_trade", "baseline_value", "vwap_window", "oracle"),
    default: "last_trade",
  },
  vwapWindowTicks: { rule: wholeNumber("ticks", 1, Number.MAX_SAFE_INTEGER), default: 10 },
  currency: { rule: someText, default: "native" },
};
