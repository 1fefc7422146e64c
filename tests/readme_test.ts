/** README.md, and what stands beside it in .github, against the program that they describe. */
import assert from "node:assert/strict";
import { settingKeys, settingOf } from "../src/cli/settings.ts";

const ROOT = new URL("../", import.meta.url);
const DOCUMENTS = [
  "README.md",
  ".github/ARCHITECTURE.md",
  ".github/CONTRIBUTING.md",
  ".github/CHANGES.md",
  ".github/COMPATIBILITY.md",
  ".github/POSTGRES.md",
  ".github/RECIPES.md",
  ".github/REBUILD.md",
  ".github/SUPPORT.md",
];

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

function exists(path: string): boolean {
  try {
    Deno.statSync(new URL(path, ROOT));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The text under a heading, up to the next one of its kind. */
function section(text: string, heading: string): string {
  const [, rest] = text.split(`\n## ${heading}\n`);
  assert.ok(rest !== undefined, `there is a section ${heading}`);
  return rest.split("\n## ")[0] ?? "";
}

/** The rows of the tables in a text, without heads: cells without backticks. */
function rows(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  const bodies = lines.filter((line, at) => !isRule(line) && !isRule(lines[at + 1]));
  return bodies.map((line) => line.split("|").slice(1, -1).map((cell) => cell.replaceAll("`", "").trim()));
}

function isRule(line: string | undefined): boolean {
  return line !== undefined && /^\|[\s|:-]+\|$/.test(line);
}

/** The first group of every match; there are at least `least`, so that a changed source does not empty a test. */
function found(text: string, pattern: RegExp, least: number): string[] {
  const names = [...text.matchAll(pattern)].map((match) => match[1] ?? "");
  assert.ok(names.length >= least, `${names.length} matches of ${pattern}`);
  return names;
}

Deno.test("README's table of settings says what the settings are", () => {
  const described = rows(section(read("README.md"), "Settings")).map((cells) => cells.slice(0, 3));
  const expected = settingKeys().map((key) => {
    const { env, flag, byDefault } = settingOf(key);
    return [env, flag ?? "", byDefault];
  });
  assert.deepEqual(described, expected);
});

Deno.test("README's table of commands names every command and no other", () => {
  const described = rows(section(read("README.md"), "Commands"))
    .map(([words = ""]) => words.replace(/ [A-Z]+$/, ""))
    .filter((words) => !/^\d$/.test(words));
  const commands = found(read("src/cli/commands.ts"), /\bprogram\.command\("([a-z-]+)"/g, 6);
  const subcommands = [
    ...found(read("src/cli/accounts.ts"), /\badd\(\s*"([a-z-]+)[ "]/g, 5),
    ...found(read("src/cli/export_companion.ts"), /\bnew Command\("([a-z-]+)"/g, 1),
  ];
  const keys = found(read("src/cli/key.ts"), /\badd\(\s*"([a-z-]+)[ "]/g, 6);
  const stores = found(read("src/cli/store.ts"), /\badd\(\s*"([a-z-]+)"/g, 2);
  const expected = [
    ...commands,
    ...subcommands.map((name) => `accounts ${name}`),
    ...keys.map((name) => `key ${name}`),
    ...stores.map((name) => `store ${name}`),
  ];
  assert.deepEqual(described.toSorted(), expected.toSorted());
});

Deno.test("README's table of exit statuses names those that the program has", () => {
  const described = rows(section(read("README.md"), "Commands")).map(([status = ""]) => status)
    .filter((status) => /^\d$/.test(status));
  const failures = found(read("src/cli/run.ts"), /^ {2}[a-z_]+: ([234]),$/gm, 15);
  assert.deepEqual(described, [...new Set(["0", "1", ...failures])].toSorted());
});

Deno.test("README has the two quick start commands, each in a line of its own", () => {
  const lines = section(read("README.md"), "Quick start").split("\n");
  assert.ok(lines.includes("npx -y deno@2.9.6 task start"));
  assert.ok(lines.includes("npx -y deno@2.9.6 task test"));
});

Deno.test("the documents name tasks that exist, and one version of Deno for npx", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  const text = DOCUMENTS.map(read).join("\n");
  for (const task of found(text, /\btask ([a-z][a-z0-9:]*)/g, 6)) {
    assert.ok(task in tasks, `deno task ${task}`);
  }
  const versions = found(text, /\bdeno@([\d.]+)/g, 4);
  assert.deepEqual([...new Set(versions)], ["2.9.6"]);
});

Deno.test("the links in the documents lead somewhere", () => {
  for (const document of DOCUMENTS) {
    const text = read(document);
    const folder = document.slice(0, document.lastIndexOf("/") + 1);
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const path = file === "" ? document : folder + file;
      assert.ok(exists(path), `${document}: ${target}`);
      if (anchor !== undefined) assert.ok(anchors(read(path)).includes(anchor), `${document}: ${target}`);
    }
  }
});

/** The names that headings can be linked by. */
function anchors(text: string): string[] {
  return found(text, /^#+ (.+)$/gm, 1)
    .map((heading) => heading.toLowerCase().replace(/[^\w\s-]/g, "").trim().replaceAll(" ", "-"));
}

Deno.test("the documents name no command that the program lacks", () => {
  const known = found(read("src/cli/commands.ts"), /\bprogram\.command\("([a-z-]+)"/g, 6).concat(
    "accounts",
    "key",
    "store",
  );
  const text = DOCUMENTS.map(read).join("\n");
  for (const name of found(text, /`companion-token-server ([a-z-]+)/g, 5)) {
    assert.ok(known.includes(name), `companion-token-server ${name}`);
  }
});

Deno.test("README's table of numbers names those that /metrics has", () => {
  const described = rows(section(read("README.md"), "Logs and numbers")).map(([name = ""]) => name);
  const names = found(read("src/http/metrics.ts"), /family\(\s*"([a-z_]+)"/g, 10);
  assert.deepEqual(described.toSorted(), names.toSorted());
});
