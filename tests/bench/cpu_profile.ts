/** V8's CPU profiles, read. */

/** What one function has cost by itself. */
export interface Cost {
  readonly name: string;
  /** The file, without its folder. */
  readonly where: string;
  readonly microseconds: number;
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The costliest function first, of the largest profile in the folder. */
export async function cpuProfile(folder: string): Promise<readonly Cost[]> {
  const profiles: Profile[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    profiles.push(JSON.parse(await Deno.readTextFile(`${folder}/${name}`)));
  }
  const [largest] = profiles.toSorted((one, other) => other.samples.length - one.samples.length);
  if (largest === undefined) throw new Error("Cannot read a profile: there is none");
  const byNode = new Map<number, number>();
  largest.samples.forEach((node, at) => {
    byNode.set(node, (byNode.get(node) ?? 0) + (largest.timeDeltas[at] ?? 0));
  });
  const costs = new Map<string, Cost>();
  for (const { id, callFrame: { functionName, url } } of largest.nodes) {
    const where = url.slice(url.lastIndexOf("/") + 1);
    const name = functionName || "(anonymous)";
    const key = `${name} ${where}`;
    const before = costs.get(key)?.microseconds ?? 0;
    costs.set(key, { name, where, microseconds: before + (byNode.get(id) ?? 0) });
  }
  return [...costs.values()].filter(({ name }) => name !== "(idle)")
    .toSorted((one, other) => other.microseconds - one.microseconds);
}
