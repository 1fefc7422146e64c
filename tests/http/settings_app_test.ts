import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { CONFIDENTIAL, PUBLIC, signedIn, world } from "../support/world.ts";
import { around, type House, house } from "./house.ts";

const ID = "abcdefghijklmnopqrstuvwxyz0123";
const SECRET = "zyxwvutsrqponmlkjihgfedcba9876";

Deno.test("GET /setup leads to the settings of the app", async () => {
  const answer = await (await house()).ask("/setup");
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/settings/app"]);
});

Deno.test("GET /settings/app tells the steps and the exact redirect address, and shows no secret", async () => {
  const home = await house();
  const page = await (await home.ask("/settings/app")).text();
  assert.match(page, /<code class="copy" id="redirect"[^>]*>http:\/\/localhost:8948\/callback<\/code>/);
  for (const text of ["dev.twitch.tv/console/apps", "two-factor", "Confidential", "New Secret", "Category"]) {
    assert.ok(page.includes(text), text);
  }
  assert.ok(page.includes("app-1"));
  assert.ok(!page.includes("app-secret"));
});

Deno.test("POST …/app stores id and secret, and leads on: in the wizard to its next step", async () => {
  const home = await house();
  const fields = { client_id: ` ${ID} `, client_secret: ` ${SECRET}\n` };
  const answer = await home.send("/settings/app", fields);
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/settings/app?done=new"]);
  assert.equal(home.saved[0]?.clientId, ID);
  assert.equal(home.saved[0]?.clientSecret?.reveal(), SECRET);
  const wizard = await home.send("/start/app", fields);
  assert.deepEqual([wizard.status, wizard.headers.get("location")], [303, "/start/account"]);
});

Deno.test("POST /settings/app says whether the logins stay", async () => {
  const home = await house();
  await signedIn(home.world);
  const to = async (client_id: string): Promise<string | null> =>
    (await home.send("/settings/app", { client_id, client_secret: SECRET })).headers.get("location");
  assert.equal(await to("app-1"), "/settings/app?done=saved");
  assert.equal(await to(ID), "/settings/app?done=other");
  assert.match(await (await home.ask("/settings/app?done=other")).text(), /must now sign in once more/);
  assert.match(await (await home.ask("/settings/app?done=saved")).text(), /Your logins stay/);
});

Deno.test("POST /settings/app stores a public app without a secret", async () => {
  const home = await house();
  const fields = { client_id: ID, client_secret: "", public: "yes" };
  assert.equal((await home.send("/settings/app", fields)).status, 303);
  assert.deepEqual(home.saved, [{ clientId: ID, clientSecret: undefined }]);
});

Deno.test("POST /settings/app keeps the secret of the same app where none was typed", async () => {
  const home = await house(CONFIDENTIAL);
  assert.equal((await home.send("/settings/app", { client_id: "app-1", client_secret: "" })).status, 303);
  assert.equal(home.saved[0]?.clientSecret?.reveal(), "app-secret");
  const other = await house(PUBLIC);
  assert.equal((await other.send("/settings/app", { client_id: "app-1", client_secret: "" })).status, 400);
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
  Deno.test(`POST /settings/app with ${JSON.stringify(fields)} says ${said} at the field and never the secret`, async () => {
    const home = await house();
    await assertAtField(await home.send("/settings/app", fields), said, home);
  });
}

async function assertAtField(answer: Response, said: RegExp, home: House): Promise<void> {
  assert.equal(answer.status, 400);
  const page = await answer.text();
  assert.match(page, said);
  assert.match(page, /aria-invalid="true"/);
  assert.doesNotMatch(page, new RegExp(SECRET));
  assert.match(page, /name="client_secret"[^>]*value=""/);
  assert.deepEqual(home.saved, []);
}

interface Refused {
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly known: boolean;
  readonly said: RegExp;
  readonly german: RegExp;
}

const REFUSED: readonly Refused[] = [
  {
    name: "a wrong secret",
    fields: { client_id: ID, client_secret: SECRET },
    known: true,
    said: /this is not its secret/,
    german: /das ist nicht ihr Secret/,
  },
  {
    name: "an unknown id",
    fields: { client_id: ID, client_secret: SECRET },
    known: false,
    said: /Twitch knows no app with this client ID/,
    german: /Twitch kennt keine App mit dieser Client-ID/,
  },
  {
    name: "an unknown public app",
    fields: { client_id: ID, client_secret: "", public: "yes" },
    known: false,
    said: /Twitch knows no app with this client ID/,
    german: /Twitch kennt keine App mit dieser Client-ID/,
  },
];

for (const { name, fields, known, said, german } of REFUSED) {
  Deno.test(`POST /start/app has ${name} told at the field, and keeps what was typed but the secret`, async () => {
    const made = await world();
    const home = around(made, {
      saveApp: () => Promise.reject(new AppError("app_refused", "Cannot store the Twitch app")),
    });
    made.twitch.appCheck = "refused";
    if (!known) {
      made.twitch.beginDevice = () =>
        Promise.resolve({
          kind: "unavailable",
          reason: "app_refused",
          spent: "no",
          neverLeft: false,
          retryAfter: undefined,
        });
    }
    const answer = await home.send("/start/app", fields);
    assert.ok((await answer.clone().text()).includes(`value="${ID}"`));
    await assertAtField(answer, said, home);
    const headers = { "accept-language": "de" };
    await assertAtField(await home.send("/start/app", fields, { headers }), german, home);
  });
}

Deno.test("/settings/app shows no form where flag or environment name the app", async () => {
  const home = around(await world(), {
    appIsFixed: true,
    saveApp: () =>
      Promise.reject(
        new AppError("settings", "Cannot store the app: TWITCH_CLIENT_ID is set", { hint: "Take it out" }),
      ),
  });
  const page = await (await home.ask("/settings/app")).text();
  assert.match(page, /TWITCH_CLIENT_ID/);
  assert.doesNotMatch(page, /name="client_secret"/);
  const answer = await home.send("/settings/app", { client_id: ID, client_secret: SECRET });
  assert.equal(answer.status, 400);
  assert.match(await answer.text(), /TWITCH_CLIENT_ID is set\./);
});
