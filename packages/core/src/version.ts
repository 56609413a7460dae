/** Commit numbers. Plain numbers with names: they are compared and counted everywhere. */

/** Number of a commit on a branch of a run: 1, 2, 3 … without holes; 0 = nothing committed. */
export type Version = number;

/** Per-table counter, +1 with each commit that touches the table; 0 = never touched. */
export type TableVersion = number;
