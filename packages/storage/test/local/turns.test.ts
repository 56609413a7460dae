/**
 * Goal: turns save work and never stand in anybody's way.
 * Method: two stores over one directory, as two processes have them.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@crv/core";
import { describe, expect, test } from "vitest";
import { openDirectoryStore } from "../../src/index.js";
import { openOptions, scratchDirectory } from "./scratch.js";

const LOG = "_log/";

const clock: Clock = { now: () => new Date(), sleep: (ms) => sleep(ms) };

async function openTwo(options: { readonly clock?: Clock } = {}) {
  const path = await scratchDirectory();
  const open = () => openDirectoryStore({ ...openOptions(path), ...options });
  return { path, stores: [await open(), await open()] as const };
}

describe("turns", () => {
  test("are taken one after another", async () => {
    const { stores } = await openTwo({ clock });
    let inside = 0;
    const take = async (store: (typeof stores)[number]): Promise<void> => {
      const end = await store.takeTurn(LOG);
      expect(++inside).toBe(1);
      await store.stat("_log/1" as Parameters<typeof store.stat>[0]);
      inside--;
      await end();
    };
    await Promise.all(stores.flatMap((store) => Array.from({ length: 10 }, () => take(store))));
  });

  test("of different logs do not wait for each other", async () => {
    const { stores } = await openTwo();
    const end = await stores[0].takeTurn(LOG);
    const endOther = await stores[1].takeTurn("_branches/01ARZ3NDEKTSV4RRFFQ69G5FAV/_log/");
    await Promise.all([end(), endOther()]);
  });

  test("of somebody who does not end them are taken away", async () => {
    const { stores } = await openTwo();
    await stores[0].takeTurn(LOG);
    const end = await stores[1].takeTurn(LOG);
    await end();
  });

  test("that cannot be had are not waited for", async () => {
    const { path, stores } = await openTwo();
    // Nobody's link, in a place where it cannot be taken away.
    await mkdir(join(path, "_tmp", "_log.turn"));
    const end = await stores[0].takeTurn(LOG);
    await end();
    expect(await readdir(join(path, "_tmp"))).toContain("_log.turn");
  });

  test("leave nothing behind, and go on when their file was swept", async () => {
    const { path, stores } = await openTwo();
    await (await stores[0].takeTurn(LOG))();
    for (const name of await readdir(join(path, "_tmp"))) await rm(join(path, "_tmp", name));
    await (await stores[0].takeTurn(LOG))();
    await (await stores[0].takeTurn(LOG))();
    await stores[0].close();
    expect(await readdir(join(path, "_tmp"))).toEqual([]);
    await expect(stores[0].takeTurn(LOG)).rejects.toMatchObject({ code: "CLOSED" });
  });
});
