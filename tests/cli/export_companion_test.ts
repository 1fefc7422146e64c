import assert from "node:assert/strict";
import { exportCompanion, type ExportOptions } from "../../src/cli/export_companion.ts";
import type { AccountJson, Operations } from "../../src/cli/operations.ts";
import { companionPage, companionTriggers } from "../../src/core/companion_file.ts";
import { AppError } from "../../src/core/error.ts";
import { Secret } from "../../src/core/secret.ts";
import { OWL_BUTTONS, urlsOf } from "../support/companion_samples.ts";
import { modeOf, namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

const ID = OWL_BUTTONS.id.reveal();
const PAGE = companionPage(OWL_BUTTONS).reveal();

const OWL: AccountJson = {
  id: ID,
  alias: "nightowl",
  login: "nightowl",
  twitchId: "12345",
  label: "Main channel",
  scopes: [],
  expiresAt: null,
  health: "connected",
  since: null,
  reason: null,
  lastRefresh: null,
  relay: true,
  protected: false,
};

const PASSWORD = "kq3Vd0xW2c9_m-Lr81ZfTA";

function operations(account: AccountJson = OWL): Pick<Operations, "showAccount" | "passwordForFiles"> {
  return {
    passwordForFiles({ typed }) {
      if (!account.protected) return Promise.resolve({ password: null });
      if (typed === PASSWORD) return Promise.resolve({ password: PASSWORD });
      return Promise.reject(new AppError("wrong_password", "Cannot make the file"));
    },
    async showAccount({ alias }) {
      if (alias === account.alias) return await Promise.resolve(account);
      throw new AppError("not_found", `Cannot find the account "${alias}": there is none of that name`);
    },
  };
}

/** Runs the command; what it printed and complained of, line by line as it came. */
async function run(
  options: Partial<ExportOptions>,
  account = OWL,
  typed = "",
): Promise<{ readonly printed: readonly string[]; readonly complaints: readonly string[] }> {
  const printed: string[] = [];
  const complaints: string[] = [];
  const terminal = {
    print: (text: string) => void printed.push(text),
    complain: (text: string) => void complaints.push(text),
    isTerminal: false,
    readLine: () => Promise.resolve(undefined),
  };
  const given = { server: `${OWL_BUTTONS.server}/`, ...options };
  await exportCompanion(terminal, operations(account), "nightowl", given, new Secret(typed));
  return { printed, complaints };
}

Deno.test("export-companion prints the page and nothing else, and says on standard error what to know", async () => {
  const { printed, complaints } = await run({});
  assert.deepEqual(printed, [PAGE]);
  const notes = complaints.join("\n");
  assert.match(notes, /contains the account’s ID/);
  assert.match(notes, /“new page”.*replace page 1/);
  assert.match(notes, /After a new ID or another address/);
  assert.ok(!notes.includes(ID));
});

Deno.test("export-companion --triggers prints the triggers, with what to know of those", async () => {
  const { printed, complaints } = await run({ triggers: true });
  assert.deepEqual(printed, [companionTriggers(OWL_BUTTONS).reveal()]);
  assert.match(complaints.join("\n"), /“Add to existing”/);
});

Deno.test("export-companion --twitch-module adds the restart of the Twitch connection", async () => {
  const { printed } = await run({ twitchModule: true });
  assert.match(printed.join(), /"instance_type": "twitch-api"/);
  assert.doesNotMatch(PAGE, /twitch-api/);
});

Deno.test("export-companion --out writes the file for its owner alone and leaves nothing beside it", async () => {
  using directory = temporaryDirectory();
  const out = `${directory.path}/owl.companionconfig`;
  await Deno.writeTextFile(out, "an earlier one, which everybody could read", { mode: 0o644 });
  const { printed, complaints } = await run({ out });
  assert.deepEqual(printed, []);
  assert.equal(await Deno.readTextFile(out), `${PAGE}\n`);
  if (Deno.build.os !== "windows") assert.equal(modeOf(out), 0o600);
  assert.deepEqual(namesIn(directory.path), ["owl.companionconfig"]);
  assert.equal(complaints[0], `Written to ${out}`);
});

Deno.test("export-companion --out that cannot be written leaves what was there, and nothing half", async () => {
  using directory = temporaryDirectory();
  const out = `${directory.path}/taken`;
  await Deno.mkdir(`${out}/inside`, { recursive: true });
  const usage = { name: "AppError", code: "usage", message: /^Cannot write / };
  await assert.rejects(run({ out }), usage);
  await assert.rejects(run({ out: `${directory.path}/missing/owl` }), usage);
  assert.deepEqual(namesIn(directory.path), ["taken"]);
  assert.deepEqual(namesIn(out), ["inside"]);
});

Deno.test("export-companion refuses a wrong address before it writes anything", async () => {
  using directory = temporaryDirectory();
  const out = `${directory.path}/owl.companionconfig`;
  await assert.rejects(run({ out, server: `${OWL_BUTTONS.server}/token` }), {
    name: "AppError",
    code: "usage",
  });
  assert.deepEqual(namesIn(directory.path), []);
});

Deno.test("export-companion without the key says that the id is not readable", async () => {
  await assert.rejects(run({}, { ...OWL, id: null }), {
    name: "AppError",
    code: "locked",
    message: "Cannot make the file for Companion: the id of nightowl is not readable",
  });
});

Deno.test("export-companion of a protected account puts the password into every address, and needs it", async () => {
  const guarded = { ...OWL, protected: true };
  const { printed } = await run({}, guarded, PASSWORD);
  const password = new Secret(PASSWORD);
  assert.deepEqual(printed, [companionPage({ ...OWL_BUTTONS, password }).reveal()]);
  const urls = urlsOf({ ...OWL_BUTTONS, password });
  assert.ok(urls.length > 10);
  for (const url of urls) assert.ok(url.startsWith(`http://companion:${PASSWORD}@192.168.1.20:8948/`), url);
  await assert.rejects(run({}, guarded), { code: "wrong_password" });
  await assert.rejects(run({}, guarded, "guess"), { code: "wrong_password" });
});
