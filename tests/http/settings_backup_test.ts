import assert from "node:assert/strict";
import { DAY } from "../../src/core/account.ts";
import { AppError } from "../../src/core/error.ts";
import { START } from "../support/fake_clock.ts";
import { SECURE_SESSION_COOKIE } from "../../src/http/session.ts";
import { fromLan, house, type How, signedInCookie } from "./house.ts";
import { upload } from "./upload.ts";

Deno.test("GET /settings/backup shows keys and the folder of automatic backups", async () => {
  const home = await house();
  const before = await (await home.ask("/settings/backup")).text();
  assert.match(before, /Make recovery code and file/);
  assert.match(before, /TOKEN_SERVER_BACKUP_DIR/);
  home.settings.state = {
    keys: [{ kind: "recovery_code", setAt: START, inUse: true }],
    automatic: { folder: "/mnt/<usb>", count: 7, newest: START - 3 * DAY },
  };
  const page = await (await home.ask("/settings/backup")).text();
  assert.match(page, /Recovery code, made /);
  assert.match(page, /Make a new recovery code/);
  assert.match(page, /<code>\/mnt\/&lt;usb&gt;<\/code>/);
  assert.match(page, /<dd>3 days ago<\/dd>/);
  assert.match(page, /<dd>your recovery code<\/dd>/);
});

Deno.test("POST /settings/backup/code shows the code once and a download that is an attachment", async () => {
  const home = await house();
  home.settings.made = { ...home.settings.made, left: ["owl"], kept: false };
  const page = await (await home.send("/settings/backup/code", {})).text();
  for (
    const text of [
      "0A1-B2C-D3E",
      "If the machine is ever lost or stolen",
      "Only this ends the logins",
      "It holds 1 account.",
      "the key does not open them",
      "did not take the new key",
    ]
  ) {
    assert.ok(page.includes(text), text);
  }
  const file = await home.ask("/settings/backup/file/a-backup");
  assert.equal(file.headers.get("content-disposition"), 'attachment; filename="companion.backup"');
  assert.equal(file.headers.get("cache-control"), "no-store");
  assert.equal(await file.text(), "sealed text");
  assert.equal((await home.ask("/settings/backup/file/another")).status, 404);
});

Deno.test("POST /settings/backup/passphrase says at the field what is wrong with the passphrase", async () => {
  const home = await house();
  const text = "Cannot use the passphrase: it has 3 characters and needs 12";
  home.settings.failure = new AppError("usage", text, { hint: "Take more" });
  const answer = await home.send("/settings/backup/passphrase", { passphrase: "abc" });
  assert.equal(answer.status, 400);
  const page = await answer.text();
  assert.match(page, /it has 3 characters and needs 12\. Take more\./);
  assert.match(page, /id="passphrase"[^>]*value=""[^>]*aria-invalid="true"/);
  home.settings.failure = undefined;
  const made = await (await home.send("/settings/backup/passphrase", { passphrase: "four words and more" }))
    .text();
  assert.match(made, /Download the file/);
  assert.deepEqual(home.settings.passphrases, ["abc", "four words and more"]);
});

Deno.test("POST /settings/backup/restore takes a file beyond the size of forms and counts the accounts", async () => {
  const home = await house();
  const file = "x".repeat(200_000);
  const answer = await upload(home, file, "a recovery code");
  assert.equal(answer.status, 200);
  const page = await answer.text();
  assert.match(page, /It holds 2 accounts\./);
  assert.match(page, /owl: is back\./);
  assert.match(page, /wren: left as it is, for the backup’s login belongs to another Twitch app\./);
  assert.deepEqual(home.settings.restored, [[file, "a recovery code"]]);
});

Deno.test("POST /settings/backup/restore says at the field what is missing or wrong", async () => {
  const home = await house();
  const nothing = await upload(home, "", "");
  assert.equal(nothing.status, 400);
  const page = await nothing.text();
  assert.match(page, /Choose the backup file first/);
  assert.match(page, /Enter its recovery code or passphrase/);
  assert.deepEqual(home.settings.restored, []);
  const cases: readonly (readonly [AppError, RegExp])[] = [
    [
      new AppError("locked", "Cannot open the backup: the passphrase is not the one that it was made with"),
      /id="restore_secret-error">Cannot open/,
    ],
    [
      new AppError("database_damaged", "Cannot open the backup: the file is torn or was altered"),
      /id="backup-error">Cannot open/,
    ],
    [
      new AppError("usage", "Cannot open the backup: this file is no backup of companion-token-server"),
      /id="backup-error">Cannot open/,
    ],
  ];
  for (const [failure, said] of cases) {
    home.settings.failure = failure;
    const answer = await upload(home, "text", "typed-secret");
    assert.equal(answer.status, 400);
    const wrong = await answer.text();
    assert.match(wrong, said);
    assert.ok(!wrong.includes("typed-secret"));
  }
});

Deno.test("POST /settings/backup/restore refuses what is too large, from strangers, or without the form's secret", async () => {
  const home = await house();
  const large = await upload(home, "x", "y", { headers: { "content-length": String(17 * 1024 * 1024) } });
  assert.equal(large.status, 413);
  const stranger = await upload(home, "x".repeat(100_000), "y", { stranger: true });
  assert.equal(stranger.status, 413);
  assert.notEqual((await upload(home, "x", "y", { stranger: true })).status, 200);
  const other = await upload(home, "x", "y", { headers: { origin: "http://evil.example" } });
  assert.equal(other.status, 403);
  const elsewhere = await home.ask("/settings/password", {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x", "content-length": "70000" },
    body: "x",
  });
  assert.equal(elsewhere.status, 413);
  assert.deepEqual(home.settings.restored, []);
  assert.equal((await upload(home, "x", "y")).status, 200);
});

Deno.test("/settings/backup offers neither backup nor restore while the key is missing", async () => {
  const home = await house();
  home.world.vault.locked = "The key is missing";
  const page = await (await home.ask("/settings/backup")).text();
  assert.match(page, /The key is missing, so no backup can be made or brought back/);
  assert.doesNotMatch(page, /<form[^>]*\/settings\/backup/);
});

const HTTPS: How = {
  host: "token.example.org",
  peer: "192.168.1.5",
  headers: { "x-forwarded-proto": "https" },
};

Deno.test("nothing of a backup crosses the network in clear: elsewhere the pages say what to do in place of it", async () => {
  const home = await house(undefined, { trustedProxies: [HTTPS.peer ?? ""] });
  const far: readonly How[] = [
    fromLan(),
    fromLan({ host: "localhost:8948" }),
    { host: "192.168.1.20:8948" },
    { headers: { "x-forwarded-for": "192.168.1.9" } },
    { ...HTTPS, headers: {} },
    { ...HTTPS, peer: "192.168.1.6" },
  ];
  for (const how of far) {
    for (const path of ["/settings/backup", "/start/recovery"]) {
      const page = await (await home.ask(path, how)).text();
      assert.doesNotMatch(page, /action="\/(settings\/backup|start\/recovery)/);
      // Behind https there is another session, and none of it is here.
      if (how.host !== HTTPS.host) assert.match(page, /companion-token-server backup FILE/);
    }
    for (const [path, fields] of MAKES) {
      const answer = await home.send(path, fields, how);
      assert.notEqual(answer.status, 200, path);
      assert.doesNotMatch(await answer.text(), /0A1-B2C-D3E|settings\/backup\/file/);
    }
    assert.notEqual((await upload(home, "a backup", "0A1-B2C-D3E", how)).status, 200);
    assert.doesNotMatch(
      await (await home.ask("/settings/backup/file/a-backup", how)).text(),
      /sealed text/,
    );
  }
  assert.deepEqual([home.settings.passphrases, home.settings.restored], [[], []]);
  const refused = await home.send("/settings/backup/code", {}, fromLan());
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /would cross the network in clear/);
});

Deno.test("backups are made on this machine by each of its names", async () => {
  const home = await house();
  for (const host of ["localhost:8948", "127.0.0.1:8948", "[::1]:8948"]) {
    for (const [path, fields] of MAKES) {
      assert.equal((await home.send(path, fields, { host })).status, 200, `${path} at ${host}`);
    }
    assert.equal((await home.ask("/settings/backup/file/a-backup", { host })).status, 200);
  }
});

Deno.test("a backup is made and downloaded by https through a trusted proxy", async () => {
  const home = await house(undefined, { trustedProxies: [HTTPS.peer ?? ""] });
  const [, session] = (await signedInCookie(home.world)).split("=");
  const headers = { ...HTTPS.headers, cookie: `${SECURE_SESSION_COOKIE}=${session}` };
  const page = await (await home.raw("/settings/backup", { ...HTTPS, headers })).text();
  const [, form = ""] = /name="form" value="([^"]+)"/.exec(page) ?? [];
  const made = await home.raw("/settings/backup/code", {
    ...HTTPS,
    method: "POST",
    headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ form }).toString(),
  });
  assert.match(await made.text(), /0A1-B2C-D3E/);
  const file = await home.raw("/settings/backup/file/a-backup", { ...HTTPS, headers });
  assert.equal(await file.text(), "sealed text");
});

const MAKES: readonly (readonly [path: string, fields: Readonly<Record<string, string>>])[] = [
  ["/settings/backup/code", {}],
  ["/settings/backup/make", {}],
  ["/settings/backup/passphrase", { passphrase: "four words and more" }],
  ["/start/recovery", {}],
];
