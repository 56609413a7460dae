/**
 * Goal: the conformance suite fails every store that breaks its contract.
 * Method: stores with one planted bug each; the suite runs against them with a harness that collects
 * failures. Each bug must be found by the test that is meant to find it.
 */
import { type ObjectKey, sealOf } from "@crv/core";
import { describe, expect, test } from "vitest";
import { objectStoreConformance, type TestedStore } from "../src/conformance.js";
import { collectBody, type ObjectInfo } from "../src/object-store.js";
import { SimulatedDisk } from "../src/testing.js";

/** A store with some calls replaced. `sound` is the store itself. */
type Bug = (sound: TestedStore) => Partial<TestedStore>;

const key = (text: string): ObjectKey => text as ObjectKey;

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

const BUGS: Readonly<Record<string, readonly [foundBy: string, bug: Bug]>> = {
  "says created to everybody": [
    "answers exists",
    (sound) => ({
      async create(at, body, options) {
        const outcome = await sound.create(at, body, options);
        const seal = { sizeBytes: 0, digest: "" };
        return outcome.kind === "exists" ? { kind: "created", seal } : outcome;
      },
    }),
  ],
  "looks first and creates later": [
    "lets exactly one of many racing creates win",
    (sound) => ({
      async create(at, body) {
        if ((await sound.stat(at)) !== undefined) return { kind: "exists" };
        const content = await collectBody(body);
        await sound.replaceLease(at, content);
        return { kind: "created", seal: await sealOf(content) };
      },
    }),
  ],
  "seals what it did not write": [
    "seals a body in pieces",
    (sound) => ({
      async create(at, body, options) {
        const outcome = await sound.create(at, body, options);
        if (outcome.kind !== "created" || body instanceof Uint8Array) return outcome;
        return { kind: "created", seal: { ...outcome.seal, digest: "0".repeat(32) } };
      },
    }),
  ],
  "shows an object before its body is there": [
    "shows nothing of an object until all of it is there",
    (sound) => ({
      async create(at, body, options) {
        if (body instanceof Uint8Array) return sound.create(at, body, options);
        await sound.replaceHint(at, new Uint8Array());
        const content = await collectBody(body);
        await sound.removeUnreferenced([at], 0);
        return sound.create(at, content, options);
      },
    }),
  ],
  "keeps what a failing body began": [
    "creates nothing from a body that throws",
    (sound) => ({
      async create(at, body, options) {
        try {
          return await sound.create(at, body, options);
        } catch (error) {
          await sound.create(at, emptyBody(), options);
          throw error;
        }
      },
    }),
  ],
  "hides the error of a failing body": [
    "creates nothing from a body that throws",
    (sound) => ({
      async create(at, body, options) {
        try {
          return await sound.create(at, body, options);
        } catch (cause) {
          throw new Error("could not create", { cause });
        }
      },
    }),
  ],
  "never makes durable": ["makes durable what exists", () => ({ makeDurable: async () => false })],
  "gives any number of bytes": [
    "refuses more bytes than allowed",
    (sound) => ({
      get: (at, options) => sound.get(at, { ...options, sizeBytesMax: Number.MAX_SAFE_INTEGER }),
    }),
  ],
  "takes the end of a range as inclusive": [
    "gives ranges",
    (sound) => ({
      get: (at, { range, ...options }) =>
        sound.get(at, range ? { ...options, range: { ...range, end: range.end + 1 } } : options),
    }),
  ],
  "lists in the order of a language": [
    "lists keys at any depth in byte order",
    (sound) => ({
      list: (prefix) => sorted(sound.list(prefix), (a, b) => a.localeCompare(b)),
    }),
  ],
  "lists in the order of a plain walk": [
    "lists keys at any depth in byte order",
    (sound) => ({
      // Nothing in a key precedes "!" but the separator that takes its place here.
      list: (prefix) =>
        sorted(sound.list(prefix), (a, b) =>
          a.replaceAll("/", " ") < b.replaceAll("/", " ") ? -1 : 1,
        ),
    }),
  ],
  "lists from the key on instead of after it": [
    "goes on after a key",
    (sound) => ({
      async *list(prefix, { after } = {}) {
        for await (const info of sound.list(prefix)) {
          if (after === undefined || info.key >= after) yield info;
        }
      },
    }),
  ],
  "takes any text for a prefix": [
    "refuses a prefix",
    (sound) => ({
      async *list(prefix, options) {
        for await (const info of sound.list("", options)) {
          if (info.key.startsWith(prefix)) yield info;
        }
      },
    }),
  ],
  "takes keys from the staging directory": [
    "refuses in stat what can be no key",
    (sound) => ({
      stat: async (at) => (at.startsWith("_tmp") ? undefined : sound.stat(at)),
    }),
  ],
  "replaces a newer view": [
    "replaces a view, but never by an older one",
    (sound) => ({
      async replaceView(at, _shows, body) {
        await sound.replaceLease(at, body);
        return "replaced";
      },
    }),
  ],
  "replaces by removing first": [
    "shows readers either the old or the new body",
    (sound) => ({
      async replaceLease(at, body) {
        await sound.removeUnreferenced([at], 0);
        await sound.replaceLease(at, body);
      },
    }),
  ],
  "fails to remove what is absent": [
    "removes what is named and tolerates what is absent",
    (sound) => ({
      async removeStaged(operation, keys) {
        for (const at of keys) {
          if ((await sound.stat(at)) === undefined) throw new Error(`${at} is absent`);
        }
        await sound.removeStaged(operation, keys);
      },
    }),
  ],
  "removes another sidecar": [
    "removes the sidecar of its operation",
    (sound) => ({
      removeSidecar: () => sound.removeUnreferenced([key("_recovery/other.json")], 0),
    }),
  ],
  "removes another session": [
    "removes the note of a session",
    (sound) => ({
      removeSession: () => sound.removeUnreferenced([key("_sessions/other.json")], 0),
    }),
  ],
  "gives every name an identity of its own": [
    "tells a link of a part from a copy",
    (sound) => ({
      async stat(at) {
        const info = await sound.stat(at);
        return info && { ...info, identity: at };
      },
    }),
  ],
  "gives files of one size one identity": [
    "tells a link of a part from a copy",
    (sound) => ({
      async stat(at) {
        const info = await sound.stat(at);
        return info && { ...info, identity: String(info.sizeBytes) };
      },
    }),
  ],
  "stays open": ["refuses stat once closed", () => ({ close: async () => {} })],
  "declares what it is not": [
    "declares the capabilities",
    () => ({ capabilities: { atomicCreate: true, durable: false, locations: false } }),
  ],
  "gives paths that nobody can open": [
    "gives no location that could be taken for a path",
    () => ({ location: (at) => `/objects/${at}` }),
  ],
};

describe("objectStoreConformance", () => {
  for (const [name, [foundBy, bug]] of Object.entries(BUGS)) {
    test(`finds a store that ${name}`, async () => {
      expect(await failuresOf(bug)).toContainEqual(expect.stringContaining(foundBy));
    });
  }

  test("finds nothing in a sound store", async () => {
    expect(await failuresOf(() => ({}))).toEqual([]);
  });
});

async function* sorted(
  list: AsyncIterable<ObjectInfo>,
  compare: (a: ObjectKey, b: ObjectKey) => number,
): AsyncGenerator<ObjectInfo> {
  const infos: ObjectInfo[] = [];
  for await (const info of list) infos.push(info);
  yield* infos.sort((a, b) => compare(a.key, b.key));
}

/** Names of the tests that fail. */
async function failuresOf(bug: Bug): Promise<readonly string[]> {
  const tests = new Map<string, () => Promise<void>>();
  const open = (disk: SimulatedDisk, name: string): TestedStore => {
    const sound = disk.process(name);
    const buggy = bug(sound);
    return new Proxy<TestedStore>(sound, {
      get(_, member) {
        const owner = member in buggy ? buggy : sound;
        const value: unknown = Reflect.get(owner, member);
        return typeof value === "function" ? value.bind(owner) : value;
      },
    });
  };
  objectStoreConformance({
    name: "a store",
    capabilities: {
      atomicCreate: true,
      durable: true,
      locations: false,
      shared: true,
      identities: true,
    },
    harness: {
      describe: (_, define) => define(),
      test: (title, run) => void tests.set(title, run),
    },
    async open() {
      const disk = new SimulatedDisk();
      return { store: open(disk, "first"), another: async () => open(disk, "second") };
    },
  });
  const failures: string[] = [];
  for (const [title, run] of tests) await run().catch(() => failures.push(title));
  return failures;
}
