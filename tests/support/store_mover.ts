/** A process that moves a store and stands still after the step that its last argument names. */
import { moveStore } from "../../src/store/moving.ts";
import { openPostgresTarget } from "../../src/store/postgres/target.ts";
import { openSqliteSource } from "../../src/store/sqlite/source.ts";
import { takeLock } from "../../src/store/sqlite/lock.ts";
import { PROGRAM } from "./full_house.ts";

const [dataDir = "", url = "", last = ""] = Deno.args;
using lock = takeLock(dataDir);
if (lock === undefined) throw new Error("somebody else has the lock");
using source = openSqliteSource(dataDir, PROGRAM);
await using target = await openPostgresTarget(url, PROGRAM);
await moveStore(source, target, async (step) => {
  if (step !== last) return;
  Deno.stdout.writeSync(new TextEncoder().encode(`at ${step}\n`));
  // A timer, for a process that waits for nothing at all ends.
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
