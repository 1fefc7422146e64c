/** A process that takes the lease of `anAccount()`, and tries to write under it when it is told to. */
import type { AppError } from "../../src/core/error.ts";
import { openPostgresStore } from "../../src/store/postgres/open.ts";
import { anAccount } from "./account_samples.ts";

const lease = { duration: 1500, renewEach: 300, margin: 300 };
await using store = await openPostgresStore(Deno.args[0] ?? "", "companion-token-server 1.2.3", { lease });
await using held = await store.shared.lease("account key-1");
say(`held ${held?.held}`);
await Deno.stdin.read(new Uint8Array(16));
const word = held?.held;
// The revision that the other one has made: only the fence can refuse it.
const outcome = await store.endRefresh(anAccount({ label: "ours", revision: 2 })).then(
  String,
  (error: AppError) => error.code,
);
say(`held ${word} ${outcome}`);

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
