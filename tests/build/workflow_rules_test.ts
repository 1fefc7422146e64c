import assert from "node:assert/strict";
import { TARGETS } from "../../.build/targets.ts";
import { actionsIn, workflowTroubles } from "./workflow_rules.ts";

const FOLDER = new URL("../../.github/workflows/", import.meta.url);
const HASH = "0123456789abcdef0123456789abcdef01234567";

const GOOD = `name: good
permissions:
  contents: read

jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@${HASH} # v6.0.2
        with:
          persist-credentials: false
      - run: echo "$NAME"
        env:
          NAME: \${{ github.ref_name }}
      - run: |
          first
          second
  publish:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: write
`;

const BAD: readonly (readonly [what: string, from: string, to: string, trouble: RegExp])[] = [
  ["a tag", `@${HASH} # v6.0.2`, "@v6", /not pinned/],
  ["a hash that tells no version", " # v6.0.2", "", /not pinned/],
  ["a short hash", HASH, HASH.slice(0, 7), /not pinned/],
  ["no permissions", "permissions:\n  contents: read\n", "", /just to read/],
  ["all permissions", "permissions:\n  contents: read\n", "permissions: write-all\n", /just to read/],
  ["one permission too many", "  contents: read\n", "  contents: read\n  packages: write\n", /just to read/],
  ["a job without an end", "    timeout-minutes: 5\n    steps", "    steps", /job build has no limit/],
  ["a runner that changes", "ubuntu-24.04", "ubuntu-latest", /whatever is the latest/],
  ["a job that may write", "  publish:\n", "  sneak:\n", /job sneak may write/],
  ["foreign words in a script", '"$NAME"', "${{ github.ref_name }}", /a script takes in/],
  ["foreign words in a long script", "second", "${{ github.head_ref }}", /a script takes in/],
  ["credentials left behind", "persist-credentials: false", "persist-credentials: true", /credentials/],
];

function workflows(): { readonly name: string; readonly text: string }[] {
  return Array.from(Deno.readDirSync(FOLDER), ({ name }) => ({
    name,
    text: Deno.readTextFileSync(new URL(name, FOLDER)),
  }));
}

Deno.test("workflowTroubles() finds each kind of trouble, and none where there is none", () => {
  assert.deepEqual(workflowTroubles(GOOD), []);
  for (const [what, from, to, trouble] of BAD) {
    assert.ok(GOOD.includes(from), what);
    assert.match(workflowTroubles(GOOD.replace(from, to)).join("\n"), trouble, what);
  }
});

Deno.test("the workflows keep the rules", () => {
  assert.deepEqual(workflows().map(({ name }) => name).toSorted(), ["ci.yml", "release.yml"]);
  for (const { name, text } of workflows()) assert.deepEqual(workflowTroubles(text), [], name);
});

Deno.test("the workflows use one version of each action", () => {
  const used = new Set(workflows().flatMap(({ text }) => actionsIn(text)));
  const names = Array.from(used, (one) => one.split("@")[0]);
  assert.ok(names.length >= 6);
  assert.deepEqual(names.toSorted(), [...new Set(names)].toSorted());
});

Deno.test("the release tries every target on a machine of its kind", () => {
  const text = Deno.readTextFileSync(new URL("release.yml", FOLDER));
  const tried = Array.from(text.matchAll(/- os: (\S+)\n +file: companion-token-server-(\S+?)(?:\.exe)?$/gm));
  assert.deepEqual(tried.map(([, , target]) => target).toSorted(), TARGETS.toSorted());
  const kinds: Readonly<Record<string, RegExp>> = {
    "x86_64-unknown-linux-gnu": /^ubuntu-[\d.]+$/,
    "aarch64-unknown-linux-gnu": /^ubuntu-[\d.]+-arm$/,
    "x86_64-apple-darwin": /^macos-\d+-intel$/,
    "aarch64-apple-darwin": /^macos-\d+$/,
    "x86_64-pc-windows-msvc": /^windows-\d+$/,
  };
  for (const [, os = "", target = ""] of tried) assert.match(os, kinds[target] ?? /^$/, target);
});

Deno.test("the image stands on a base pinned by its digest, runs as nobody, and asks itself how it is", () => {
  const dockerfile = Deno.readTextFileSync(new URL("../../.container/Dockerfile", import.meta.url));
  assert.match(dockerfile, /^FROM gcr\.io\/distroless\/cc-[^:]+:nonroot@sha256:[0-9a-f]{64}$/m);
  assert.match(dockerfile, /^USER \d{4,}:\d{4,}$/m);
  assert.match(
    dockerfile,
    /^HEALTHCHECK .*\\\n {2}CMD \["\/usr\/local\/bin\/companion-token-server", "healthcheck"\]$/m,
  );
  assert.doesNotMatch(dockerfile, /^RUN /m);
});
