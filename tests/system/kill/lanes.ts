/** So many rounds at once by default: each waits for processes and for time most of its life. */
const LANES = 3;

/** Does the work for each, a few at a time, and answers in the same order. What one throws ends the others too. */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  count = LANES,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  async function lane(): Promise<void> {
    for (const [at, item] of queue) results[at] = await work(item);
  }
  const lanes = Array.from({ length: count }, lane);
  try {
    await Promise.all(lanes);
  } finally {
    queue.return?.(undefined);
    await Promise.allSettled(lanes);
  }
  return results;
}
