import assert from "node:assert/strict";
import { loadNoticeAddresses, saveNoticeAddresses } from "../../src/core/notice_setting.ts";
import { Secret } from "../../src/core/secret.ts";
import { world } from "../support/world.ts";

Deno.test("addresses for notices are stored sealed under a purpose of their own, and come back in their order", async () => {
  const { deps, store, vault } = await world();
  assert.deepEqual(await loadNoticeAddresses(deps), []);
  const addresses = ["https://ntfy.sh/canary-topic", "https://example.org/canary-hook"];
  await saveNoticeAddresses(deps, addresses.map((one) => new Secret(one)));
  assert.deepEqual((await loadNoticeAddresses(deps)).map((one) => one.reveal()), addresses);
  const stored = await store.setting("notice_addresses");
  assert.doesNotMatch(new TextDecoder("latin1").decode(stored), /canary/);
  const elsewhere = { owner: "server", purpose: "app", generation: 0 } as const;
  await assert.rejects(async () => await vault.open(stored as never, elsewhere), { code: "locked" });
  await saveNoticeAddresses(deps, []);
  assert.equal(await store.setting("notice_addresses"), undefined);
});
