import assert from "node:assert/strict";
import { openHostNames } from "../../src/cli/host_names.ts";
import { MemoryStore } from "../support/memory_store.ts";

const CONFIG = { allowedHosts: ["tokens.example.org"] };

Deno.test("HostNames keep what a person allowed and takes back, beside those of the settings", async () => {
  const store = new MemoryStore();
  const names = await openHostNames(store, CONFIG);
  await names.allow("pi.studio");
  await names.allow("pi.studio");
  await names.allow("other.studio");
  assert.deepEqual(names.all(), ["tokens.example.org", "pi.studio", "other.studio"]);
  await names.remove("other.studio");
  assert.deepEqual(names.stored(), ["pi.studio"]);
  assert.deepEqual((await openHostNames(store, CONFIG)).stored(), ["pi.studio"]);
});

Deno.test("HostNames of two processes undo nothing of one another", async () => {
  const store = new MemoryStore();
  const [a, b] = [await openHostNames(store, CONFIG), await openHostNames(store, CONFIG)];
  await a.allow("a.studio");
  await b.allow("b.studio");
  assert.deepEqual(b.stored(), ["a.studio", "b.studio"]);
  await b.remove("a.studio");
  await a.follow();
  assert.deepEqual(a.stored(), ["b.studio"]);
});

Deno.test("HostNames allow a name that the disk refuses, for this process", async () => {
  const store = new MemoryStore();
  const names = await openHostNames(store, CONFIG);
  store.failWrites = true;
  await assert.rejects(names.allow("pi.studio"), { code: "disk" });
  assert.deepEqual(names.stored(), ["pi.studio"]);
});
