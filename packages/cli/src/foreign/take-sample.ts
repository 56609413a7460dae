/** The first records of a stream, which can then be read on. */

export async function takeSample<Item>(items: AsyncIterator<Item>, count: number): Promise<Item[]> {
  const sample: Item[] = [];
  while (sample.length < count) {
    const { value, done } = await items.next();
    if (done) break;
    sample.push(value);
  }
  return sample;
}
