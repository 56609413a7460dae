/** Envelopes: actions and observations on their way. */
export const EnvelopeKind = { ACTION: "action", OBSERVATION: "observation" } as const;

export type EnvelopeKind = (typeof EnvelopeKind)[keyof typeof EnvelopeKind];

export const EnvelopeStatus = {
  PENDING: "pending",
  EXECUTED: "executed",
  REJECTED: "rejected",
} as const;

export type EnvelopeStatus = (typeof EnvelopeStatus)[keyof typeof EnvelopeStatus];
