/** From the setup link to a token by the wizard, by the real program; notices and backups as the pages offer them. */
import assert from "node:assert/strict";
import { loopbackWebhook } from "../support/loopback_webhook.ts";
import { PASSWORD, Person } from "../support/person.ts";
import type { RealServer } from "../support/real_program.ts";
import { ask, askUntil, playAll, type Scene, until } from "../support/scene.ts";
import { CONFIDENTIAL_CLIENT } from "../support/simulated_twitch/options.ts";
import { FOR_THE_FILE } from "../support/postgres_databases.ts";

/** The app comes from the wizard. */
const NO_APP = { TWITCH_CLIENT_ID: "", TWITCH_CLIENT_SECRET: "" };
const APP = { client_id: CONFIDENTIAL_CLIENT.id, client_secret: CONFIDENTIAL_CLIENT.secret ?? "" };
const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const CODE = /<code[^>]* id="code"[^>]*>([0-9A-Z-]{35})<\/code>/;

async function textOf(answer: Promise<Response>): Promise<string> {
  return await (await answer).text();
}

/** Where a form led to. */
async function led(answer: Promise<Response>): Promise<string> {
  const { status, headers, body } = await answer;
  await body?.cancel();
  assert.equal(status, 303);
  return headers.get("location") ?? "";
}

/** The account step: begins by device code, which is approved at once, and answers the page of the new account. */
async function connectByDevice(scene: Scene, person: Person): Promise<string> {
  const page = await led(person.send("/connect", { way: "device", preset: "companion-3", label: "" }));
  assert.match(page, /^\/connect\/device\//);
  const userCode = /\b[A-Z]{8}\b/.exec(await textOf(person.get(page)))?.[0] ?? "";
  scene.sim.approveDevice(userCode);
  let there = "";
  await until(async () => {
    const answer = await person.get(page);
    await answer.body?.cancel();
    there = answer.headers.get("location") ?? "";
    return there !== "";
  });
  return await textOf(person.get(there));
}

/** Makes recovery code and file, and downloads the file. */
async function recoveryFile(
  scene: Scene,
  person: Person,
  path: string,
): Promise<[code: string, file: string]> {
  const page = await textOf(person.send("/start/recovery", {}, path));
  const code = CODE.exec(page)?.[1] ?? "";
  assert.notEqual(code, "", page.slice(-3000));
  scene.keepSecret(code);
  const link = /href="(\/settings\/backup\/file\/[^"]+)"/.exec(page)?.[1] ?? "";
  const answer = await person.get(link);
  assert.match(
    answer.headers.get("content-disposition") ?? "",
    /^attachment; filename="companion-token-server-/,
  );
  return [code, await answer.text()];
}

async function upload(person: Person, server: RealServer, file: string, code: string): Promise<Response> {
  const page = await textOf(person.get("/settings/backup"));
  const form = new FormData();
  form.set("form", /name="form" value="([^"]+)"/.exec(page)?.[1] ?? "");
  form.set("restore_secret", code);
  form.set("backup", new File([file], "my.backup"));
  return await fetch(`${server.origin}/settings/backup/restore`, {
    method: "POST",
    headers: { cookie: `token-server-session=${person.session}`, origin: server.origin },
    body: form,
    redirect: "manual",
  });
}

Deno.test(
  "the wizard leads from the setup link to a token, goes on after a restart, and its recovery file brings all back",
  FOR_THE_FILE,
  async () => {
    await playAll({ env: NO_APP }, async (scene) => {
      scene.keepSecret(PASSWORD);
      const first = await scene.serve();
      const before = await Person.claiming(first);
      assert.equal(await led(before.get("/start")), "/start/companion");
      assert.equal(await led(before.send("/start/companion", { choice: "companion-3" })), "/start/app");
      const wrong = await textOf(before.send("/start/app", { ...APP, client_secret: "notthesecretatall" }));
      assert.match(wrong, /this is not its secret/);
      assert.ok(wrong.includes(`value="${APP.client_id}"`) && !wrong.includes("notthesecretatall"));
      const unknown = await textOf(before.send("/start/app", { ...APP, client_id: "nobodysapp" }));
      assert.match(unknown, /Twitch knows no app with this client ID/);
      await first.stop();

      const second = await scene.serve();
      const person = new Person(second.origin, before);
      assert.equal(await led(person.get("/start")), "/start/app");
      assert.equal(await led(person.send("/start/app", APP)), "/start/account");
      const account = await connectByDevice(scene, person);
      const id = ID.exec(account)?.[0] ?? "";
      assert.equal((await ask(second, id)).status, 200);
      assert.equal(await led(person.get("/start")), "/start/notices");
      assert.equal(
        await led(person.send("/start/later", { step: "notices" }, "/start/notices")),
        "/start/recovery",
      );
      const [code, file] = await recoveryFile(scene, person, "/start/recovery");
      assert.equal(await led(person.get("/start")), "/start/done");
      const events = await textOf(person.get("/settings/events"));
      for (
        const text of ["The server has started.", "The server was stopped.", "A new recovery code was made."]
      ) {
        assert.ok(events.includes(text), text);
      }
      assert.ok(!events.includes(id));
      await second.stop();

      await Deno.rename(scene.data, `${scene.directory}/the-dead-card`);
      const third = await scene.serve();
      const anew = await Person.claiming(third);
      const [other] = await recoveryFile(scene, anew, "/start/recovery");
      const refused = await upload(anew, third, file, other);
      assert.equal(refused.status, 400);
      assert.match(await refused.text(), /the recovery code is not the one that it was made with/);
      assert.equal((await ask(third, id)).status, 404);
      const restored = await upload(anew, third, file, code);
      assert.equal(restored.status, 200);
      assert.match(await restored.text(), /It holds 1 account\./);
      await askUntil(third, id, ({ status }) => status === 200);
      await third.stop();
    });
  },
);

Deno.test("an address for notices that the page took is told at once and after a restart, and is shown nowhere again", async () => {
  await using hook = loopbackWebhook();
  await playAll({ twitch: { accessTokenLife: 4 } }, async (scene) => {
    scene.keepSecret(PASSWORD);
    scene.keepSecret(hook.password);
    const before = hook.bodies.length;
    const first = await scene.serve();
    const person = await Person.claiming(first);
    assert.equal(
      await led(person.send("/settings/notices/address", { address: hook.url }, "/settings/notices")),
      "/settings/notices?done=added",
    );
    const tested = await textOf(person.send("/settings/notices/test", {}, "/settings/notices"));
    assert.match(tested, /127\.0\.0\.1:\d+ has taken the message\./);
    assert.ok(!tested.includes(hook.password));
    const owl = await scene.signIn();
    await ask(first, owl.id);
    await first.stop();
    const second = await scene.serve();
    scene.sim.disconnect(owl.login, CONFIDENTIAL_CLIENT.id);
    await until(() => hook.told.slice(before).includes(`needs_login begun ${owl.alias}`));
    const again = new Person(second.origin, person);
    const page = await textOf(again.get("/settings/notices"));
    assert.match(page, /<code>127\.0\.0\.1:\d+<\/code>/);
    assert.ok(!page.includes(hook.password));
    await until(async () => (await textOf(again.get("/settings/events"))).includes("needs a sign-in."));
    await second.stop();
  });
});
