import assert from "node:assert/strict";
import plugin from "./layers.ts";

function offences(file: string, source: string): readonly string[] {
  return Deno.lint.runPlugin(plugin, file, source).map((one) => `${one.id}: ${one.message}`);
}

function assertOffence(file: string, source: string, expected: RegExp): void {
  const found = offences(file, source);
  assert.equal(found.length, 1, `${file}: ${source}\n${found.join("\n")}`);
  assert.match(found[0] ?? "", expected);
}

function assertClean(file: string, source: string): void {
  assert.deepEqual(offences(file, source), [], `${file}: ${source}`);
}

const EVERY_WAY_TO_IMPORT = [
  'import { a } from "SPEC";',
  'import a from "SPEC";',
  'import * as a from "SPEC";',
  'import "SPEC";',
  'import type { A } from "SPEC";',
  'import { type A } from "SPEC";',
  'import text from "SPEC" with { type: "text" };',
  'export { a } from "SPEC";',
  'export type { A } from "SPEC";',
  'export * from "SPEC";',
  'export * as a from "SPEC";',
  'const a = await import("SPEC");',
  'import a = require("SPEC");',
  'export type A = import("SPEC").A;',
  'export type A = typeof import("SPEC");',
];

Deno.test("layers/imports sees every way to import", () => {
  for (const way of EVERY_WAY_TO_IMPORT) {
    const bad = way.replace("SPEC", "../store/open.ts");
    assertOffence(
      "src/http/app.tsx",
      bad,
      /layers\/imports: http may not import store \("\.\.\/store\/open\.ts"\)/,
    );
    assertClean("src/http/app.tsx", way.replace("SPEC", "../core/token.ts"));
    assertOffence("src/core/token.ts", way.replace("SPEC", "hono"), /core may not import "hono"/);
    assertClean("src/http/app.tsx", way.replace("SPEC", "hono"));
  }
});

Deno.test("layers/imports lets imports go one way only", () => {
  const allowed: Record<string, readonly string[]> = {
    core: ["core"],
    twitch: ["core", "twitch"],
    vault: ["core", "vault"],
    store: ["core", "store"],
    http: ["core", "http"],
    notice: ["core", "notice"],
    cli: ["core", "twitch", "vault", "store", "http", "notice", "cli"],
  };
  for (const [from, targets] of Object.entries(allowed)) {
    for (const to of Object.keys(allowed)) {
      const source = `import { a } from "../${to}/a.ts";`;
      if (targets.includes(to)) assertClean(`src/${from}/b.ts`, source);
      else assertOffence(`src/${from}/b.ts`, source, new RegExp(`${from} may not import ${to}`));
    }
    assertOffence(`src/${from}/b.ts`, 'import "../main.ts";', new RegExp(`${from} may not import main\\.ts`));
    assertClean("src/main.ts", `import { a } from "./${from}/a.ts";`);
  }
});

Deno.test("layers/imports resolves a specifier against its file", () => {
  assertClean("src/store/sqlite/store.ts", 'import { a } from "../open.ts";');
  assertClean("src/store/sqlite/store.ts", 'import { a } from "../../core/ports.ts";');
  assertOffence(
    "src/store/sqlite/store.ts",
    'import { a } from "../../vault/vault.ts";',
    /store may not import vault/,
  );
  assertOffence(
    "src/http/app.ts",
    'import { a } from "./pages/../../cli/run.ts";',
    /http may not import cli/,
  );
  assertOffence("src/http/app.ts", 'import { a } from "./%2e%2e/cli/run.ts";', /http may not import cli/);
});

Deno.test("layers/imports keeps everything but core out of core", () => {
  for (
    const specifier of ["hono", "hono/jsx", "node:fs", "npm:hono@4", "jsr:@std/path", "@logtape/logtape"]
  ) {
    assertOffence(
      "src/core/a.ts",
      `import a from "${specifier}";`,
      /core may not import .* nothing outside src\/core/,
    );
    assertClean("src/vault/a.ts", `import a from "${specifier}";`);
  }
  assertClean("src/core/a.ts", 'import { b } from "./b.ts";');
});

Deno.test("layers/imports refuses what hides its target", () => {
  assertOffence("src/cli/a.ts", "await import(name);", /Cannot see what is imported/);
  assertOffence("src/cli/a.ts", "await import(`./${name}.ts`);", /Cannot see what is imported/);
  for (const specifier of ["/src/store/open.ts", "file:///src/store/open.ts", "https://example.org/a.ts"]) {
    assertOffence("src/cli/a.ts", `import "${specifier}";`, /by relative path/);
  }
});

Deno.test("layers/imports never lets src import tests, and few files leave src", () => {
  assertOffence(
    "src/cli/a.ts",
    'import { w } from "../../tests/support/world.ts";',
    /src may not import .*tests/,
  );
  assertOffence(
    "src/main.ts",
    'import { w } from "../tests/support/world.ts";',
    /src may not import .*tests/,
  );
  assertOffence("src/http/a.ts", 'import facts from "../../deno.json" with { type: "json" };', /outside src/);
  assertClean("src/cli/a.ts", 'import facts from "../../deno.json" with { type: "json" };');
});

Deno.test("layers/imports refuses a file that belongs to no layer", () => {
  for (const file of ["src/helpers/a.ts", "src/core.ts", "src/main/a.ts"]) {
    assertOffence(file, "export const a = 1;", /belongs to no layer/);
  }
  assertClean("src/main.ts", "export const a = 1;");
});

Deno.test("layers/deno-global keeps every reference to Deno out of core", () => {
  const sources = [
    "Deno.exit(1);",
    "const pid = Deno.pid;",
    "const d = Deno;",
    "const { env } = Deno;",
    "f(Deno);",
    "Deno?.pid;",
    'Deno["pid"];',
    "const o = { Deno };",
    "const o = { d: Deno };",
    "export default Deno;",
    "export type S = Deno.Server;",
    "export type S = typeof Deno;",
    "function f(d = Deno) { return d; }",
    "{ function Deno() {} } Deno();",
    "function f() { { const Deno = 1; f(Deno); } return Deno.pid; }",
    "const { Deno: d } = box; Deno.pid;",
    "declare const Deno: { pid: number }; Deno.pid;",
  ];
  for (const source of sources) {
    const found = offences("src/core/a.ts", source);
    assert.ok(found.length > 0, source);
    for (const one of found) assert.match(one, /layers\/deno-global: core may not name Deno/);
  }
});

Deno.test("layers/deno-global lets core use the word for other things", () => {
  const sources = [
    "box.Deno;",
    "box?.Deno;",
    "const o = { Deno: 1 };",
    "class A { Deno = 1; }",
    "class A { Deno() { return 1; } }",
    "interface A { Deno: number; }",
    "type B = A.Deno;",
    "function f(Deno: number) { return Deno; }",
    "const f = ({ Deno }: Box) => Deno;",
    "const f = ([Deno = 1]: number[]) => Deno;",
    "const Deno = 1; f(Deno);",
    "function f() { { var Deno = 1; } return Deno; }",
    "try { f(); } catch (Deno) { f(Deno); }",
    'import { Deno } from "./box.ts"; Deno.pid;',
    'import { Deno as box } from "./box.ts"; box.pid;',
    'export { Deno } from "./box.ts";',
    'const text = "Deno.env"; // Deno.env',
    '[Symbol.for("Deno.customInspect")];',
    "globalThis.crypto;",
  ];
  for (const source of sources) assertClean("src/core/a.ts", source);
});

Deno.test("layers/deno-global sends members of Deno home", () => {
  const homes: readonly (readonly [string, string, readonly string[]])[] = [
    ["env", "src/cli/config.ts", [
      "src/twitch/a.ts",
      "src/vault/a.ts",
      "src/store/a.ts",
      "src/http/a.ts",
      "src/main.ts",
    ]],
    ["serve", "src/cli/serve.ts", ["src/cli/run.ts", "src/http/app.tsx", "src/main.ts"]],
    ["cron", "src/cli/serve.ts", ["src/cli/run.ts", "src/http/app.tsx", "src/main.ts"]],
  ];
  for (const [member, home, elsewhere] of homes) {
    const ways = [
      `Deno.${member};`,
      `Deno["${member}"];`,
      `const { ${member}: a } = Deno;`,
      `type A = typeof Deno.${member};`,
    ];
    for (const way of ways) {
      assertClean(home, way);
      for (const file of elsewhere) assertOffence(file, way, new RegExp(`may not name Deno\\.${member}`));
    }
  }
  assertClean("src/vault/key.ts", "await Deno.readFile(path); const { pid, hostname } = Deno;");
});

Deno.test("layers/deno-global refuses ways around itself", () => {
  for (const source of ["const d = Deno;", "Deno[name];", "const { ...d } = Deno;", "f(Deno);"]) {
    assertOffence("src/http/a.ts", source, /Cannot see which member of Deno is meant/);
  }
  const detours = [
    "globalThis.Deno.env;",
    'globalThis["Deno"];',
    "(globalThis as unknown as Box).Deno;",
    "self.Deno;",
    "const { Deno: d } = globalThis;",
  ];
  for (const source of detours) assertOffence("src/http/a.ts", source, /may not reach Deno through/);
  assertClean("src/http/a.ts", "const f = globalThis.fetch; const self = 1; f(self);");
});

Deno.test("layers/size refuses long files and functions", () => {
  const lines = (count: number) => "// line\n".repeat(count);
  assertClean("src/core/a.ts", lines(300));
  assertOffence("src/core/a.ts", lines(301), /layers\/size: This file has 301 lines/);
  const shapes = ["function f() {\nBODY}", "const f = () => {\nBODY};", "class A { f() {\nBODY} }"];
  for (const shape of shapes) {
    assertClean("src/core/a.ts", shape.replace("BODY", lines(58)));
    assertOffence(
      "src/core/a.ts",
      shape.replace("BODY", lines(59)),
      /layers\/size: This function has 61 lines/,
    );
  }
});

Deno.test("layers leave files outside src alone", () => {
  const source = `import "../../src/store/open.ts"; await import(name); Deno.env; Deno.serve; f(Deno);\n${
    "\n".repeat(400)
  }`;
  assert.ok(offences("src/core/a.ts", source).length > 4);
  const root = new URL("../../", import.meta.url).pathname;
  for (
    const file of ["tests/core/a_test.ts", `${root}tests/core/a_test.ts`, "/elsewhere/src/core/a.ts", "a.ts"]
  ) {
    assertClean(file, source);
  }
});

Deno.test("layers judge absolute paths as deno lint gives them", () => {
  const root = new URL("../../", import.meta.url).pathname;
  assertOffence(`${root}src/http/a.ts`, 'import "../store/open.ts";', /http may not import store/);
  assertClean(`${root}src/http/a.ts`, 'import "../core/token.ts";');
});

Deno.test("layers are silenced nowhere in src", async () => {
  const silencer = /deno-lint-ignore(-file\s*$|.*\blayers\/)/m;
  assert.match("// deno-lint-ignore-file\n", silencer);
  assert.match("// deno-lint-ignore layers/imports\n", silencer);
  assert.doesNotMatch("// deno-lint-ignore no-control-regex\n", silencer);
  let files = 0;
  for await (const file of sourceFiles(new URL("../../src/", import.meta.url))) {
    assert.doesNotMatch(await Deno.readTextFile(file), silencer, file.pathname);
    files++;
  }
  assert.ok(files > 0);
});

async function* sourceFiles(folder: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) yield* sourceFiles(new URL(`${entry.name}/`, folder));
    else if (/\.tsx?$/.test(entry.name)) yield new URL(entry.name, folder);
  }
}
