/** Who sees a message, and where it is said: two vocabularies of the same words. */
import { foldedMemberOf } from "./vocabulary.js";

export const Visibility = { PUBLIC: "public", GROUP: "group", ROOM: "room", DM: "dm" } as const;

export type Visibility = (typeof Visibility)[keyof typeof Visibility];

export const ChannelType = { PUBLIC: "public", GROUP: "group", ROOM: "room", DM: "dm" } as const;

export type ChannelType = (typeof ChannelType)[keyof typeof ChannelType];

/** In lower case; white space is not removed. @throws GrammarError `UNKNOWN_VALUE`. */
export function normalizeVisibility(value: unknown): Visibility {
  return foldedMemberOf(Visibility, "visibility", value);
}

/** In lower case; white space is not removed. @throws GrammarError `UNKNOWN_VALUE`. */
export function normalizeChannelType(value: unknown): ChannelType {
  return foldedMemberOf(ChannelType, "channel type", value);
}
