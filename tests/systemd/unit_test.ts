/** The unit by what systemd itself says of it, in the version of each Debian. */
import assert from "node:assert/strict";
import { host, obstacle, report, SUITES, treeOf } from "./machine.ts";

const UNIT = "companion-token-server.service";
const SOURCE = new URL(`../../.systemd/${UNIT}`, import.meta.url);
/** Tenths: the highest exposure that is allowed. */
const MOST = 13;

for (const suite of SUITES) {
  const reason = obstacle();
  Deno.test({
    name: `${suite}: the unit is exposed by ${MOST / 10} at most${
      reason === undefined ? "" : ` (${reason})`
    }`,
    ignore: reason !== undefined,
    async fn() {
      const strict = Deno.readTextFileSync(SOURCE);
      const found = exposure(suite, strict);
      await report(`${suite}: exposure ${found}`);
      assert.ok(found * 10 <= MOST, `${found}`);
      const lax = strict.replace(/^(Protect|Private|Restrict|SystemCall)\w+=.*\n/gm, "");
      assert.ok(exposure(suite, lax) * 10 > MOST, "an open unit is seen");
    },
  });
}

function exposure(suite: typeof SUITES[number], unit: string): number {
  const tree = treeOf(suite);
  const path = `/tmp/${crypto.randomUUID()}.service`;
  Deno.writeTextFileSync(`${tree}${path}`, unit);
  try {
    const said = host("chroot", tree, "systemd-analyze", "security", "--offline=true", "--no-pager", path);
    return Number(/Overall exposure level for \S+: ([\d.]+)/.exec(said)?.[1]);
  } finally {
    Deno.removeSync(`${tree}${path}`);
  }
}
