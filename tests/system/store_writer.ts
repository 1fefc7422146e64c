/**
 * A process to be killed: takes the lock of the data directory in its first argument, or says `taken`; then writes one
 * number after the other and prints each when the store has said that it is kept.
 */
import { takeLock } from "../../src/store/sqlite/lock.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";

if (import.meta.main) write(Deno.args[0] ?? "data");

function write(directory: string): void {
  using lock = takeLock(directory);
  if (lock === undefined) return print("taken");
  using store = openSqliteStore(directory, "companion-token-server 1.2.3");
  for (let number = 1;; number++) {
    store.saveSetting("number", new TextEncoder().encode(String(number)));
    print(String(number));
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
