import assert from "node:assert/strict";
import { permissions, V8_FLAGS } from "../.build/compile.ts";
import { environmentNames } from "../src/cli/settings.ts";

interface DenoJson {
  readonly tasks: Readonly<Record<string, { readonly description: string; readonly command: string }>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly unstable: readonly string[];
}

function read<T>(path: string): T {
  return JSON.parse(Deno.readTextFileSync(new URL(`../${path}`, import.meta.url)));
}

const NAMES = [
  "start",
  "dev",
  "demo",
  "test",
  "test:system",
  "check",
  "lint",
  "fmt",
  "bench",
  "compile",
  "compile:all",
  "ok",
];

Deno.test("deno.json has every task that the contract names, each with a description", () => {
  const { tasks } = read<DenoJson>("deno.json");
  assert.deepEqual(NAMES.filter((name) => !Object.hasOwn(tasks, name)), []);
  for (const [name, { description }] of Object.entries(tasks)) assert.ok(description, name);
});

Deno.test("the tasks that run the server let Deno ask nobody for its own updates", () => {
  const { tasks } = read<DenoJson>("deno.json");
  for (const name of ["start", "dev"]) {
    assert.match(tasks[name]?.command ?? "", /^DENO_NO_UPDATE_CHECK=1 deno run /, name);
  }
});

Deno.test("deno.json pins every package to an exact version", () => {
  for (const [name, specifier] of Object.entries(read<DenoJson>("deno.json").imports)) {
    assert.match(specifier, /^npm:\/?[^@]+@\d+\.\d+\.\d+\/?$/, name);
  }
});

Deno.test("tests/import_map.json holds the program's packages as deno.json has them", () => {
  const program = read<DenoJson>("deno.json").imports;
  const tests = read<DenoJson>("tests/import_map.json").imports;
  for (const [name, specifier] of Object.entries(program)) assert.equal(tests[name], specifier);
});

Deno.test("deno.lock holds the program's packages and none of the tests'", () => {
  const { npm } = read<{ npm: Record<string, unknown> }>("deno.lock");
  const expected = Object.values(read<DenoJson>("deno.json").imports).map((specifier) =>
    specifier.replace(/^npm:\/?/, "").replace(/\/$/, "")
  );
  assert.deepEqual(Object.keys(npm).sort(), [...new Set(expected)].sort());
});

Deno.test("tests/deno.lock holds every package of tests/import_map.json", () => {
  const { specifiers } = read<{ specifiers: Record<string, string> }>("tests/deno.lock");
  const wanted = Object.values(read<DenoJson>("tests/import_map.json").imports).map((specifier) =>
    specifier.replace("npm:/", "npm:").replace(/\/$/, "")
  );
  assert.deepEqual(wanted.filter((specifier) => !Object.hasOwn(specifiers, specifier)), []);
});

Deno.test("the executable may do exactly what the program needs", () => {
  assert.deepEqual(permissions(), [
    "--no-prompt",
    "--allow-net",
    "--allow-read",
    "--allow-write",
    `--allow-env=${environmentNames().join(",")}`,
    "--allow-sys=hostname,networkInterfaces",
  ]);
});

Deno.test("from source the program runs with the same flags of V8 as the executable", () => {
  const { tasks } = read<{ tasks: Record<string, { command: string }> }>("deno.json");
  assert.ok(tasks["start"]?.command.includes(` ${V8_FLAGS} `));
});

Deno.test("the workplaces of contributors name the version of Deno that releases are made with", () => {
  const version = Deno.readTextFileSync(new URL("../.build/deno-version", import.meta.url)).trim();
  assert.match(version, /^\d+\.\d+\.\d+$/);
  const readme = Deno.readTextFileSync(new URL("../README.md", import.meta.url));
  assert.ok(readme.includes(`npx -y deno@${version} task test`));
});
