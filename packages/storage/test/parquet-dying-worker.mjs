/** A codec thread that ends at its first part. */
export const encode = () => process.exit(3);
