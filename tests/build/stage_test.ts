import assert from "node:assert/strict";
import { licences, stage } from "../../.build/stage.ts";
import { MADE_AT } from "../../src/cli/version.ts";
import { modeOf, namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

const PACKAGES = "cache/npm/registry.example";
const FILES: Readonly<Record<string, string>> = {
  "deno.json": "{}",
  "deno.lock": JSON.stringify({ npm: { "one@1.0.0": {}, "@scope/two@2.0.0": {} } }),
  "src/main.ts": "main",
  "src/deep/down.ts": "down",
  "tests/secret_test.ts": "test",
  [`${PACKAGES}/one/registry.json`]: "{}",
  [`${PACKAGES}/one/1.0.0/index.js`]: "one",
  [`${PACKAGES}/one/1.0.0/index.d.ts`]: "types",
  [`${PACKAGES}/one/1.0.0/LICENSE`]: "Be nice.\r\n",
  [`${PACKAGES}/one/0.9.0/index.js`]: "old",
  [`${PACKAGES}/@scope/two/2.0.0/lib/a.cjs`]: "two",
  [`${PACKAGES}/@scope/two/2.0.0/licence.md`]: "Be nicer.",
  [`${PACKAGES}/three/3.0.0/index.js`]: "not in the lock",
};

/** A project with a cache of packages in a folder of its own. */
function madeUpProject() {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(FILES)) {
    const path = `${directory.path}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, text, { mode: 0o600 });
  }
  return {
    root: directory.path,
    cache: `${directory.path}/cache`,
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

function filesBelow(folder: string, prefix = ""): string[] {
  return namesIn(folder).flatMap((name) =>
    Deno.statSync(`${folder}/${name}`).isDirectory
      ? filesBelow(`${folder}/${name}`, `${prefix}${name}/`)
      : `${prefix}${name}`
  );
}

Deno.test("stage() holds the sources and what can run of the locked packages, and nothing else", () => {
  using made = madeUpProject();
  using staged = stage(made.root, made.cache);
  assert.deepEqual(filesBelow(staged.project), ["deno.json", "deno.lock", "src/deep/down.ts", "src/main.ts"]);
  assert.deepEqual(filesBelow(`${staged.cache}/npm/registry.example`), [
    "@scope/two/2.0.0/lib/a.cjs",
    "one/1.0.0/index.js",
    "one/registry.json",
  ]);
  assert.deepEqual(filesBelow(staged.output), []);
});

Deno.test("stage() gives every file the time of the version and rights for everybody to read, and goes away", () => {
  using made = madeUpProject();
  const { project, cache } = (() => {
    using staged = stage(made.root, made.cache);
    for (const folder of [staged.project, staged.cache]) {
      for (const name of filesBelow(folder)) {
        assert.equal(Deno.statSync(`${folder}/${name}`).mtime?.getTime(), MADE_AT, name);
        assert.equal(modeOf(`${folder}/${name}`), 0o644, name);
      }
    }
    return staged;
  })();
  for (const folder of [project, cache]) assert.throws(() => Deno.statSync(folder), Deno.errors.NotFound);
});

Deno.test("licences() has the licence of every locked package, and misses none silently", () => {
  using made = madeUpProject();
  const text = licences(made.root, made.cache);
  assert.match(text, /^one 1\.0\.0\n\nBe nice\.\n\n-+\n\n@scope\/two 2\.0\.0\n\nBe nicer\.\n$/);
  Deno.removeSync(`${made.cache}/npm/registry.example/one/1.0.0/LICENSE`);
  assert.throws(
    () => licences(made.root, made.cache),
    /Cannot tell the licence of registry\.example\/one\/1\.0\.0/,
  );
});
