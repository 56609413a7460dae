/** Thrown by a dry run that has told of undecided conflicts: only the exit code is left to say. */
export class MergeRefused extends Error {
  override readonly name = "MergeRefused";
}
