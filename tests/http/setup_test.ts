import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { around, house } from "./house.ts";
import { CONFIDENTIAL, PUBLIC, world } from "../support/world.ts";

const ID = "abcdefghijklmnopqrstuvwxyz0123";
const SECRET = "zyxwvutsrqponmlkjihgfedcba9876";

Deno.test("GET /setup tells the steps and the exact redirect address", async () => {
  const home = await house();
  const page = await (await home.ask("/setup")).text();
  assert.ok(page.includes(`<code class="copy">http://localhost:8948/callback</code>`));
  for (const text of ["dev.twitch.tv/console/apps", "two-factor", "Confidential", "New Secret", "Category"]) {
    assert.ok(page.includes(text), text);
  }
  assert.ok(page.includes("app-1"));
  assert.ok(!page.includes("app-secret"));
});

Deno.test("POST /setup stores id and secret, and leads on to the sign-in", async () => {
  const home = await house();
  const answer = await home.send("/setup", { client_id: ` ${ID} `, client_secret: ` ${SECRET}\n` });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), "/connect");
  assert.equal(home.saved[0]?.clientId, ID);
  assert.equal(home.saved[0]?.clientSecret?.reveal(), SECRET);
});

Deno.test("POST /setup stores a public app without a secret", async () => {
  const home = await house();
  assert.equal((await home.send("/setup", { client_id: ID, client_secret: "", public: "yes" })).status, 303);
  assert.deepEqual(home.saved, [{ clientId: ID, clientSecret: undefined }]);
});

Deno.test("POST /setup keeps the secret of the same app where none was typed", async () => {
  const home = await house(CONFIDENTIAL);
  assert.equal((await home.send("/setup", { client_id: "app-1", client_secret: "" })).status, 303);
  assert.equal(home.saved[0]?.clientSecret?.reveal(), "app-secret");
  const other = await house(PUBLIC);
  assert.equal((await other.send("/setup", { client_id: "app-1", client_secret: "" })).status, 400);
});

const WRONG: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
  [{ client_id: "", client_secret: SECRET }, /Enter the client ID/],
  [{ client_id: "https://dev.twitch.tv/console", client_secret: SECRET }, /letters and digits only/],
  [{ client_id: ID, client_secret: "" }, /Enter the client secret/],
  [{ client_id: ID, client_secret: ID }, /client ID once more/],
  [{ client_id: ID, client_secret: "two words" }, /letters and digits only/],
  [{ client_id: ID, client_secret: SECRET, public: "yes" }, /public app has no secret/],
];

for (const [fields, said] of WRONG) {
  Deno.test(`POST /setup with ${JSON.stringify(fields)} says ${said} beside the field and never the secret`, async () => {
    const home = await house();
    const answer = await home.send("/setup", fields);
    assert.equal(answer.status, 400);
    const page = await answer.text();
    assert.match(page, said);
    assert.match(page, /aria-invalid="true"/);
    assert.doesNotMatch(page, new RegExp(SECRET));
    assert.match(page, /name="client_secret"[^>]*value=""/);
    assert.deepEqual(home.saved, []);
  });
}

Deno.test("POST /setup shows what stands in the way of saving", async () => {
  const home = around(await world(), {
    saveApp: () =>
      Promise.reject(
        new AppError("settings", "Cannot store the app: TWITCH_CLIENT_ID is set", { hint: "Take it out" }),
      ),
  });
  const answer = await home.send("/setup", { client_id: ID, client_secret: SECRET });
  assert.equal(answer.status, 400);
  const page = await answer.text();
  assert.match(page, /TWITCH_CLIENT_ID is set\./);
  assert.match(page, /Take it out\./);
});
