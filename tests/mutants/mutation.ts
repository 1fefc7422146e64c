/** One small mistake that somebody could make, and that a test must notice. */
export interface Mutation {
  /** What is wrong with the program then. */
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly from: string;
  readonly to: string;
  /** Why no test can notice it, where the program does the same with it. */
  readonly equivalent?: string;
  /** Where the tests are that must notice it; else those of core and of the Twitch client. */
  readonly tests?: readonly string[];
}

/** Name, text, text in its place, and why it is equivalent if it is. */
export type Row = readonly [name: string, from: string, to: string, equivalent?: string];

/** The rows of a table by file as mutations. */
export function mutationsOf(table: Readonly<Record<string, readonly Row[]>>): Mutation[] {
  return Object.entries(table).flatMap(([file, rows]) =>
    rows.map(([name, from, to, equivalent]) => ({
      ...{ name, file, from, to },
      ...(equivalent === undefined ? {} : { equivalent }),
    }))
  );
}

/** The file's text with the mutation in it. Throws if its text does not stand there exactly once. */
export function mutated(text: string, { name, file, from, to }: Mutation): string {
  const found = text.split(from).length - 1;
  if (found !== 1) throw new Error(`Cannot apply "${name}": its text stands ${found} times in ${file}`);
  return text.replace(from, () => to);
}
