import assert from "node:assert/strict";
import { nextChange } from "../../src/core/login.ts";
import { signedIn, world } from "../support/world.ts";

Deno.test("nextChange() resolves at a change or when the signal says so, and leaves no watcher", async () => {
  const made = await world();
  const login = await signedIn(made);
  const watchers = login.watchers.size;
  const patience = new AbortController();
  const [change, end] = [nextChange(login, new AbortController().signal), nextChange(login, patience.signal)];
  patience.abort();
  await end;
  assert.equal(login.watchers.size, watchers + 1);
  made.roster.touch(login);
  await change;
  await nextChange(login, AbortSignal.abort());
  assert.equal(login.watchers.size, watchers);
});
