/** Where the log of the branch that a storage writes is. */
import { formatBranchKey, LOG_PREFIX, MAIN_BRANCH } from "@crv/core";
import type { StagedStorage } from "@crv/storage-trait";

/** Closes `storage` when it throws: nobody else would. */
export async function findLogPrefix(storage: StagedStorage): Promise<string> {
  if (storage.branch === MAIN_BRANCH) return LOG_PREFIX;
  try {
    const { branches } = await storage.refs();
    const id = branches.find(({ name }) => name === storage.branch)?.id;
    // Deleted since it was opened: nothing will be committed to it.
    return id === undefined ? LOG_PREFIX : formatBranchKey(id, LOG_PREFIX);
  } catch (error) {
    await storage.close();
    throw error;
  }
}
