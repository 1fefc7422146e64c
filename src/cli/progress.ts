/** Shows what is going on and for how long, on the last line of a terminal, until disposed of. Elsewhere it shows nothing. */
export function showProgress(doing: string, stream: ProgressStream = Deno.stderr): Disposable {
  if (!stream.isTerminal()) return { [Symbol.dispose]() {} };
  const write = (text: string): void => void stream.writeSync(new TextEncoder().encode(text));
  let seconds = 0;
  write(`${doing} … `);
  const timer = setInterval(() => write(`\r${doing} … ${++seconds} s `), 1000);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      write("\r\x1b[K");
    },
  };
}

/** Does `work`, and shows that it is going on. */
export async function withProgress<T>(
  doing: string,
  work: () => Promise<T>,
  stream: ProgressStream = Deno.stderr,
): Promise<T> {
  using _progress = showProgress(doing, stream);
  return await work();
}

/** Where progress is shown. */
export interface ProgressStream {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}
