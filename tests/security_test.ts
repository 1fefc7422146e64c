/** .github/SECURITY.md: every test that it names as a proof is there, and so is every file that it leads to. */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);
const PAGE = Deno.readTextFileSync(new URL(".github/SECURITY.md", ROOT));
const PROOF = /`([\w/]+_test\.ts)` › ([^|;]+(?:; the [^|;]+)?)/g;

interface Proof {
  readonly file: string;
  readonly name: string;
}

function proofsIn(text: string): Proof[] {
  return [...text.matchAll(PROOF)].map(([, file = "", name = ""]) => ({ file, name: name.trim() }));
}

/** The names of the tests of a file as they stand in its source, after whatever a template puts first. */
function namesIn(source: string): string[] {
  const names = source.matchAll(/(?:Deno\.test|withRelay)\(\s*(["'`])((?:(?!\1).|\\\1)*)\1/g);
  return [...names].map(([, , name = ""]) => name.replaceAll("\\", ""));
}

function isThere({ file, name }: Proof): boolean {
  try {
    const names = namesIn(Deno.readTextFileSync(new URL(`tests/${file}`, ROOT)));
    return names.some((one) =>
      one.startsWith(name) || one.replace(/^.*?\$\{[^}]+\}:? /, "").startsWith(name)
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("SECURITY.md names tests that there are", () => {
  const proofs = proofsIn(PAGE);
  assert.ok(proofs.length > 60, `${proofs.length} proofs`);
  assert.deepEqual(proofs.filter((proof) => !isThere(proof)), []);
  // The control: others would be found out.
  assert.ok(!isThere({ file: "http/guards_test.ts", name: "CSRF: nothing of the kind" }));
  assert.ok(!isThere({ file: "http/no_such_test.ts", name: "CSRF" }));
});

Deno.test("SECURITY.md proves every row of its lists, or says why it does not apply", () => {
  for (const heading of ["## RFC 9700", "## OWASP ASVS 5.0, level 2"]) {
    const rows = (PAGE.split(`\n${heading}\n`)[1] ?? "").split("\n## ")[0]?.split("\n")
      .filter((line) => /^\| [\d]/.test(line)) ?? [];
    assert.ok(rows.length > 15, heading);
    for (const row of rows) {
      const [, , how = ""] = row.split("|");
      const excused = /does not apply|never seen|deviation|not used|^ as RFC|configured proxies/.test(how);
      assert.ok(excused || proofsIn(row).length > 0, row);
    }
  }
});

Deno.test("SECURITY.md leads to files that there are", () => {
  const links = [...PAGE.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
  assert.ok(links.length > 10);
  for (const path of links) assert.ok(Deno.statSync(new URL(`.github/${path}`, ROOT)).isFile, path);
});

Deno.test("SECURITY.md justifies the permissions that are baked in", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const baked: string[] = tasks.compile.command.match(/--(?:allow-[a-z]+|no-prompt|no-code-cache)/g);
  for (const permission of new Set(baked)) assert.ok(PAGE.includes(permission), permission);
});
