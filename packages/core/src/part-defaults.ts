/** How parts are written when the settings do not say: as the Python original writes them. */

/** Rows of a Parquet row group. */
export const ROW_GROUP_SIZE = 131_072;

export const COMPRESSION = "zstd";
