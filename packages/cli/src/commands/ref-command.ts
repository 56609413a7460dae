/** What `crv branch` and `crv tag` have in common. */
import { IoError } from "crv";

export interface RefCommandOptions {
  readonly at?: string;
  readonly delete?: boolean;
  readonly actor?: string;
  readonly message?: string;
}

/** @throws IoError `INVALID_ARGUMENT` for options that need a name, or go not together. */
export function checkRefCommand(name: string | undefined, options: RefCommandOptions): void {
  const { at, delete: isDeleted } = options;
  if (name !== undefined && !(isDeleted && at !== undefined)) return;
  const given = Object.entries(options).find(([, value]) => value !== undefined && value !== false);
  if (given === undefined) return;
  const message =
    name === undefined ? `--${given[0]} needs a name` : "--at and --delete do not go together";
  throw new IoError("INVALID_ARGUMENT", message, { details: { what: given[0] } });
}

export function textOf({ at, actor, message }: RefCommandOptions) {
  return {
    ...(at !== undefined && { at }),
    ...(actor !== undefined && { actor }),
    ...(message !== undefined && { message }),
  };
}
