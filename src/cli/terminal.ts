/** Where a command speaks with a person. Tests give another one. */
export interface Terminal {
  /** Output for people, or the JSON that was asked for: standard output. */
  print(text: string): void;
  /** Diagnostics: standard error. */
  complain(text: string): void;
  /** Whether a person sees what is printed. */
  readonly isTerminal: boolean;
  /** Whether a person can answer: standard input is a terminal. Where it is not known nobody is asked. */
  readonly hasKeyboard?: boolean;
  /** The next line of standard input without its end; undefined at its end. */
  readLine(): Promise<string | undefined>;
}

/** The process's own terminal. */
export function systemTerminal(): Terminal {
  let rest = "";
  return {
    print: (text) => writeAll(Deno.stdout, text),
    complain: (text) => writeAll(Deno.stderr, text),
    isTerminal: Deno.stdout.isTerminal(),
    hasKeyboard: Deno.stdin.isTerminal(),
    async readLine() {
      const buffer = new Uint8Array(4096);
      const decoder = new TextDecoder();
      while (!rest.includes("\n")) {
        const read = await Deno.stdin.read(buffer);
        if (read === null) break;
        rest += decoder.decode(buffer.subarray(0, read), { stream: true });
      }
      if (rest === "") return undefined;
      const end = rest.indexOf("\n");
      const line = end < 0 ? rest : rest.slice(0, end);
      rest = end < 0 ? "" : rest.slice(end + 1);
      return line.replace(/\r$/, "");
    },
  };
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = new TextEncoder().encode(`${text}\n`);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    // The reader has left, as `head` does: the work goes on, and its exit status is what counts.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
