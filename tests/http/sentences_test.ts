import assert from "node:assert/strict";
import { REASONS, REMEDIES } from "../../src/core/reason_words.ts";
import { CATALOGUES } from "../../src/http/words/catalogue.ts";
import { translator } from "../../src/http/words/sentences.ts";
import { callsOf, type Found, memberOf, textsOf } from "../support/sentences_in.ts";

const SOURCES = new URL("../../src/", import.meta.url);
const FOLDERS = ["core", "twitch", "vault", "store", "notice", "cli"];

/** Files of commands, whose sentences come to a terminal and to no page. */
const COMMANDS: ReadonlySet<string> = new Set([
  ...[
    "accounts",
    "backup",
    "backup_files",
    "command",
    "config",
    "control",
    "disturb",
    "doctor",
    "doctor_show",
  ],
  ...[
    "export_companion",
    "healthcheck",
    "hidden_line",
    "key",
    "login",
    "passphrase",
    "reach",
    "reclaimed_id",
    "restore",
  ],
  ...["commands", "setup", "setup_link", "setting_values", "sign_in_operations", "store"],
].map((name) => `cli/${name}.ts`));

/** Files whose sentences come to no page either, and why. */
const NOWHERE: readonly (readonly [files: RegExp, why: string])[] = [
  [
    /^(vault\/key(ring|_errors)|cli\/key_operations)/,
    "only a command changes keys; what unlocking says is translated all the same",
  ],
  [/^core\/last_try/, "only a command sends a spent token once more"],
  [/^core\/(relay|press|short_form)/, "Companion and tools get them as a line of their own"],
  [
    /^store\/(open|sqlite\/(open|files|inspect|migrate|lock)|postgres\/(address|migrate))/,
    "without a store there is no server",
  ],
  [/^store\/(moving|sqlite\/(moved|source)|postgres\/target)/, "only a command moves the logins"],
  [/^cli\/serve/, "before the server listens; its one sentence for a page is translated all the same"],
];

async function filesIn(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, SOURCES))) {
    if (isDirectory) files.push(...await filesIn(`${folder}/${name}`));
    else if (name.endsWith(".ts")) files.push(`${folder}/${name}`);
  }
  return files.toSorted();
}

async function sentencesIn(file: string): Promise<readonly Found[]> {
  const source = await Deno.readTextFile(new URL(file, SOURCES));
  const errors = callsOf("new AppError", source)
    .flatMap(({ args: [_code, message = "", options], known }) => [
      ...textsOf(message, known),
      ...textsOf(memberOf(options, "hint") ?? "", known),
    ]);
  const lines = (file.startsWith("cli/doctor") ? ["ok", "warn", "fail"] : [])
    .flatMap((callee) => callsOf(callee, source))
    .flatMap((
      { args: [_check, text = "", hint = ""], known },
    ) => [...textsOf(text, known), ...textsOf(hint, known)]);
  return [...errors, ...lines].map((text) => ({ text, file }));
}

/** Every hole filled with something that is no sentence of ours. */
function sample(text: string): string {
  let holes = 0;
  return text.replaceAll("{}", () => `X${++holes}x`);
}

const GERMAN = translator(CATALOGUES.find(({ language }) => language === "de")?.sentences ?? {});

function isTranslated(text: string): boolean {
  return GERMAN(sample(text)) !== sample(text);
}

Deno.test("the sentences of AppErrors and doctor lines that can come to a page have a German pattern", async () => {
  const files = (await Promise.all(FOLDERS.map(filesIn))).flat();
  const found = (await Promise.all(files.map(sentencesIn))).flat();
  assert.ok(found.length > 150, `${found.length} sentences`);
  const missing = found
    .filter(({ file }) => !COMMANDS.has(file))
    .filter(({ file }) => !NOWHERE.some(([files]) => files.test(file)))
    .filter(({ text }) => text.replaceAll("{}", "").trim().length > 3 && !isTranslated(text));
  assert.deepEqual(missing.map(({ file, text }) => `${file}: ${text}`), []);
});

Deno.test("the reasons of logins and their remedies have a German sentence", () => {
  for (const text of [...Object.values(REASONS), ...Object.values(REMEDIES)]) {
    assert.ok(isTranslated(text), text);
  }
});

Deno.test("a German pattern says its holes again, and no pattern is for everything", () => {
  assert.equal(isTranslated("Cannot fly to the moon: there is no rocket"), false);
  const { sentences = {} } = CATALOGUES.find(({ language }) => language === "de") ?? {};
  const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).toSorted();
  for (const [english, german] of Object.entries(sentences)) {
    assert.deepEqual(new Set(holes(german)), new Set(holes(english)), english);
  }
});

Deno.test("textsOf() reads strings, templates, sums and choices", () => {
  assert.deepEqual(textsOf('"one" + " two"'), ["one two"]);
  assert.deepEqual(textsOf("`a ${b.c(`x`)} d`"), ["a {} d"]);
  assert.deepEqual(textsOf('a === "b" ? "yes" : `no ${1}`'), ["yes", "no {}"]);
  assert.deepEqual(textsOf('(a ? "x" : "y") + "; z"'), ["x; z", "y; z"]);
  assert.deepEqual(textsOf("hint"), []);
  const [call] = callsOf("f", 'const d = `x`; f("a, (b", { hint: "c" })');
  assert.deepEqual(call?.args, ['"a, (b"', '{ hint: "c" }']);
  assert.deepEqual(textsOf("`${d} ${e}`", call?.known), ["x {}"]);
  assert.equal(memberOf('{ cause, hint: "c" }', "hint"), '"c"');
});
