import assert from "node:assert/strict";
import { loadApp, saveApp } from "../../src/core/app_setting.ts";
import { CONFIDENTIAL, PUBLIC, world } from "../support/world.ts";

Deno.test("saveApp() and loadApp() keep an app with and without its secret, sealed", async () => {
  const made = await world();
  assert.equal(await loadApp(made.deps), undefined);
  for (const app of [CONFIDENTIAL, PUBLIC]) {
    await saveApp(made.deps, app);
    const found = await loadApp(made.deps);
    assert.deepEqual([found?.clientId, found?.clientSecret?.reveal()], [
      app.clientId,
      app.clientSecret?.reveal(),
    ]);
  }
  await saveApp(made.deps, CONFIDENTIAL);
  const bytes = await made.store.setting("twitch_app");
  assert.doesNotMatch(new TextDecoder().decode(bytes), /app-secret/);
  made.vault.locked = "the key is missing";
  await assert.rejects(loadApp(made.deps), { code: "locked" });
});
