/** The real program, but a lease that nobody renews ends sooner; HURRIED_LEASE says when, as JSON. */
import { LEASE_TIMES } from "../../src/store/postgres/leases.ts";

Object.assign(LEASE_TIMES, JSON.parse(Deno.env.get("HURRIED_LEASE") ?? "{}"));
// Only now: whoever opens the store reads the times.
const { run } = await import("../../src/cli/run.ts");
Deno.exit(await run(Deno.args));
