/**
 * Quiet by promise: over a simulated day the program looks up Twitch's two hosts and the addresses that the user typed,
 * connects to them, and to nothing else: no update check, no statistics, no time server.
 */
import assert from "node:assert/strict";
import { makes } from "../support/real_program.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import type { Recorded } from "./quiet/day.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const ENTER = ["--net", "--mount"];

/** Why this machine cannot record a day; undefined if it can. */
function obstacle(): string | undefined {
  if (Deno.build.os !== "linux") return "there are no network namespaces";
  const can = (command: string, ...args: string[]): boolean => {
    try {
      return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync().success;
    } catch {
      return false;
    }
  };
  if (!can("unshare", ...ENTER, "true")) return "this user may not make a network namespace";
  if (!can("unshare", ...ENTER, "ip", "link", "set", "lo", "up")) return "there is no ip (iproute2)";
  return can("strace", "-o", "/dev/null", "true") ? undefined : "there is no strace";
}

const why = obstacle();
if (why !== undefined) {
  Deno.stderr.writeSync(new TextEncoder().encode(`A day is not recorded: ${why}\n`));
}

for (const make of makes()) {
  Deno.test({
    name:
      `${make.name}: in a day the program talks to Twitch's two hosts and the address that was typed, and to nobody else`,
    ignore: why !== undefined,
    async fn() {
      using directory = temporaryDirectory();
      const resolver = `${directory.path}/resolv.conf`;
      await Deno.writeTextFile(resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
      const day = [
        ...[Deno.execPath(), "run", "--frozen", "--cached-only", `--lock=${ROOT}tests/deno.lock`],
        ...[`--import-map=${ROOT}tests/import_map.json`, "-A", `${ROOT}tests/system/quiet/day.ts`, make.name],
      ];
      const inside = 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"';
      const { success, stdout, stderr } = await new Deno.Command("unshare", {
        args: [...ENTER, "sh", "-c", inside, resolver, ...day],
        // The recording is a program of Deno too, which would ask for its own updates.
        env: { DENO_NO_UPDATE_CHECK: "1" },
      }).output();
      const printed = new TextDecoder().decode(stdout);
      assert.ok(success, printed + new TextDecoder().decode(stderr));
      const { quiet, loud }: { quiet: Recorded; loud: Recorded } = JSON.parse(
        printed.trim().split("\n").at(-1) ?? "",
      );
      assert.deepEqual(quiet.names, ["api.twitch.tv", "hook.example.net", "id.twitch.tv"]);
      assert.deepEqual(quiet.peers, ["hook", "names", "own", "twitch"]);
      // What is not quiet would have been seen.
      assert.deepEqual(loud.names.filter((name) => !quiet.names.includes(name)), ["update.example.org"]);
      assert.deepEqual(loud.peers.filter((peer) => !quiet.peers.includes(peer)), [
        "192.0.2.7 4711",
        "2001:db8::7 4712",
      ]);
    },
  });
}
