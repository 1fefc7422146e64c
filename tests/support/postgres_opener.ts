/** A process that opens the store which its argument names, and ends. */
import { openPostgresStore } from "../../src/store/postgres/open.ts";

await using store = await openPostgresStore(Deno.args[0] ?? "", "companion-token-server 1.2.3");
await store.accounts();
