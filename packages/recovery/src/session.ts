/**
 * Sessions: notes of the processes that have a run open for writing. They say whether a run is running,
 * finished or crashed; no commit and no recovery depends on them. Source: docs/format/session.md.
 */
import {
  CrvError,
  FORMAT_VERSION,
  formatSessionKey,
  IoError,
  type ObjectKey,
  parseSessionKey,
  SESSION_PREFIX,
  type SessionId,
  SMALL_FILE_BYTES_MAX,
} from "@crv/core";
import { corrupt, decodeDocument, encodeDocument, timeShape } from "@crv/manifest";
import type { Liveness, ProcessIdentity } from "@crv/storage-trait/liveness";
import type { ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import type { InlineCommitResidual } from "@crv/storage-trait/residual";
import { z } from "zod";
import { ownerShape, writeOwner } from "./owner.js";

/**
 * - `running`: a process that is alive has it open for writing.
 * - `finished`: none has, and the last one closed it.
 * - `crashed`: the last one is provably dead and did not close it.
 * - `unknown`: the last one did not close it, and nobody can tell from here whether it lives.
 */
export type RunStatus = "running" | "finished" | "crashed" | "unknown";

/** So long the note of a process of which nobody can tell whether it lives is kept by later sessions. */
const UNKNOWN_SESSION_MS = 24 * 60 * 60 * 1000;

export interface Session {
  readonly sessionId: SessionId;
  readonly owner: ProcessIdentity;
  readonly startedAt: string;
}

/** Where a session is noted. */
export interface SessionContext {
  readonly store: ObjectStore;
  readonly residual: InlineCommitResidual;
  readonly liveness: Liveness;
}

const sessionShape: z.ZodType<Session> = z
  .object({ session_id: z.string(), owner: ownerShape, started_at: timeShape })
  .transform((s) => ({
    // That it is the one of its name is checked by who decodes it.
    sessionId: s.session_id as SessionId,
    owner: s.owner,
    startedAt: s.started_at,
  }));

/**
 * Notes that this process has the run open, and removes the notes of processes that are provably dead.
 *
 * @returns What ends the session. Idempotent.
 * @throws IoError `IO`.
 */
export async function beginSession(
  { store, residual, liveness }: SessionContext,
  { sessionId, startedAt }: Pick<Session, "sessionId" | "startedAt">,
): Promise<() => Promise<void>> {
  const key = formatSessionKey(sessionId);
  const body = await encodeSession({ sessionId, startedAt, owner: await liveness.self() });
  // A loss of power ends the session, too: nothing is synced for it.
  const outcome = await store.create(key, body, { durability: "process" });
  if (outcome.kind !== "created") {
    throw new IoError("IO", `the session note ${key} was not confirmed: open the run again`, {
      details: { key },
      cause: outcome.kind === "unknown" ? outcome.cause : undefined,
    });
  }
  for (const { sessionId: other, state, startedAt: began } of await examineSessions(
    store,
    liveness,
  )) {
    const isForgotten = Date.parse(startedAt) - Date.parse(began) > UNKNOWN_SESSION_MS;
    if (state === "dead" || (state === "unknown" && isForgotten)) {
      await residual.removeSession(other);
    }
  }
  return () => residual.removeSession(sessionId);
}

/** What is known of the processes that have, or had, the run open for writing. Changes nothing. */
export async function readRunStatus(store: ObjectReader, liveness: Liveness): Promise<RunStatus> {
  const sessions = await examineSessions(store, liveness);
  if (sessions.some(({ state }) => state === "alive")) return "running";
  const newest = sessions.at(-1);
  if (newest === undefined) return "finished";
  return newest.state === "dead" ? "crashed" : "unknown";
}

/**
 * The note of another process that has the run open for writing, or may have: from here nobody can tell.
 * Undefined when there is none.
 */
export async function othersAtWork(
  store: ObjectReader,
  liveness: Liveness,
  own: SessionId | undefined,
): Promise<ObjectKey | undefined> {
  const other = (await examineSessions(store, liveness)).find(
    ({ sessionId, state }) => sessionId !== own && state !== "dead",
  );
  return other && formatSessionKey(other.sessionId);
}

interface ExaminedSession {
  readonly sessionId: SessionId;
  readonly state: "alive" | "dead" | "unknown";
  /** Empty when the note is torn. */
  readonly startedAt: string;
}

/** In the order of their ids, which is that of their beginnings. */
async function examineSessions(
  store: ObjectReader,
  liveness: Liveness,
): Promise<readonly ExaminedSession[]> {
  const sessions: ExaminedSession[] = [];
  for await (const { key } of store.list(SESSION_PREFIX)) {
    const sessionId = parseSessionKey(key);
    if (sessionId === undefined) continue;
    const bytes = await store.get(key, { sizeBytesMax: SMALL_FILE_BYTES_MAX });
    if (bytes === undefined) continue; // It ended meanwhile.
    const session = await decodeOrTorn(sessionId, bytes);
    // A torn note is what a loss of power leaves, and no process survives that.
    const state = session === undefined ? "dead" : await liveness.probe(session.owner);
    sessions.push({ sessionId, state, startedAt: session?.startedAt ?? "" });
  }
  return sessions;
}

async function encodeSession({ sessionId, owner, startedAt }: Session): Promise<Uint8Array> {
  return encodeDocument({
    format: FORMAT_VERSION,
    session_id: sessionId,
    owner: writeOwner(owner),
    started_at: startedAt,
  });
}

/** @throws IoManifestError `CORRUPT`. VersionMismatch `FORMAT_UNSUPPORTED`. */
export async function decodeSession(sessionId: SessionId, bytes: Uint8Array): Promise<Session> {
  const key = formatSessionKey(sessionId);
  const session = await decodeDocument(key, bytes, sessionShape);
  if (session.sessionId === sessionId) return session;
  throw corrupt(key, `it says that it is of session ${session.sessionId}`);
}

async function decodeOrTorn(sessionId: SessionId, bytes: Uint8Array): Promise<Session | undefined> {
  try {
    return await decodeSession(sessionId, bytes);
  } catch (error) {
    if (error instanceof CrvError && error.code === "CORRUPT") return undefined;
    throw error;
  }
}
