/** Thrown by a command that has told of damage already: only the exit code is left to say. */
export class DamageFound extends Error {
  override readonly name = "DamageFound";
}
