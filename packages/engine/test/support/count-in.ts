/** Tells the summary of `npm test` how many crash points a test ran. */
export function countIn(task: { readonly meta: object }, crashPoints: number): void {
  Object.assign(task.meta, { crashPoints });
}
