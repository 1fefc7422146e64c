/** A restore that a missing key, a full disk or a kill interrupts. */
import assert from "node:assert/strict";
import type { BackupContent } from "../../src/core/backup.ts";
import { restoreLogins } from "../../src/core/restore.ts";
import { Secret } from "../../src/core/secret.ts";
import { idsOf, onlyOne, owlBackup } from "../support/backup_samples.ts";
import { restarted, signedIn, world } from "../support/world.ts";

const OTHER_ID = "0b9c7e1a-5d44-4c0e-9b6f-2f1d8f3c7a55";

Deno.test("restoreLogins() writes nothing while the key is missing", async () => {
  const made = await world();
  made.vault.locked = "The key file is missing";
  await assert.rejects(restoreLogins(made.roster, await owlBackup()), {
    code: "locked",
    hint: "The key file is missing",
  });
  assert.deepEqual(made.events, []);
  assert.deepEqual(await made.store.accounts(), []);
});

Deno.test("restoreLogins() leaves nothing in memory that the disk does not take", async () => {
  const content = await owlBackup();
  const made = await world();
  made.store.failWrites = true;
  await assert.rejects(restoreLogins(made.roster, content), { code: "disk" });
  assert.deepEqual([made.roster.all(), await made.store.accounts()], [[], []]);
  made.store.failWrites = false;
  assert.equal((await onlyOne(made, content)).outcome, "added");
});

Deno.test("restoreLogins() waits for a sign-in that the disk has not taken yet", async () => {
  const made = await world();
  const login = await signedIn(made);
  login.unsavedId = made.roster.ids.of(login)[0]?.stored;
  await assert.rejects(restoreLogins(made.roster, await owlBackup({ generation: 9 })), { code: "disk" });
  assert.equal(made.roster.all().length, 1);
});

Deno.test("a restore that is cut off at any write is finished by one more", async () => {
  const content = await owlBackup();
  const withIds = { ...content.accounts[0]?.ids[0], id: new Secret(OTHER_ID) };
  const accounts = content.accounts.map((one) => ({
    ...one,
    ids: [...one.ids, { ...one.ids[0], ...withIds }],
  }));
  const two = { ...content, accounts } as BackupContent;
  for (let writes = 0;; writes++) {
    const made = await world();
    let left = writes;
    let cut = false;
    made.onStore = (method) => {
      if (!["add", "addId", "beginRefresh"].includes(method) || left-- > 0) return;
      cut = true;
      throw new Error("killed");
    };
    await restoreLogins(made.roster, two).catch(() => undefined);
    const again = await restarted(made);
    await again.refresher.due();
    assert.equal(
      again.twitch.sent("refresh").length,
      cut ? 0 : 1,
      "nothing is sent of what is half restored",
    );
    const { login } = await onlyOne(again, two);
    assert.deepEqual(
      [login.account.generation >= 5, idsOf(again, login).length],
      [true, 2],
      `after ${writes}`,
    );
    if (!cut) return assert.ok(writes >= 3);
    assert.equal(login.account.health.state, "connected");
  }
});
