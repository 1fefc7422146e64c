/** install.sh with what comes over a network: only what is whole and as SHA256SUMS says is installed. */
import assert from "node:assert/strict";
import { obstacle, PROGRAM, Room } from "./room.ts";

const NAME = "companion-token-server";
const RELEASE = "/srv/release";
const PROGRAM_FILE = `${NAME}-${Deno.build.arch}-unknown-linux-gnu`;
const ADDRESS = ["--base-url", `file://${RELEASE}`];
/** Where a copy of install.sh is cut, from its beginning; and each of its last bytes. */
const CUTS = 120;
const LAST = 60;

async function sum(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A release as it is published. */
async function publish(room: Room): Promise<void> {
  const unit = room.read(`/srv/${NAME}.service`);
  room.write(`${RELEASE}/${PROGRAM_FILE}`, PROGRAM);
  room.write(`${RELEASE}/${NAME}.service`, unit);
  const lines = [`${await sum(PROGRAM)}  ${PROGRAM_FILE}`, `${await sum(unit)} *${NAME}.service`];
  room.write(`${RELEASE}/SHA256SUMS`, `${lines.join("\n")}\n`);
  // As if a service were wanted: the unit is downloaded and checked.
  room.folder("/run/systemd/system");
}

/** What may be wrong with a release, and what is said of it. */
const DAMAGES: Readonly<Record<string, readonly [(room: Room) => void, RegExp]>> = {
  "without SHA256SUMS": [(room) => room.remove(`${RELEASE}/SHA256SUMS`), /Cannot download \S+SHA256SUMS/],
  "whose SHA256SUMS does not name the program": [
    (room) => room.write(`${RELEASE}/SHA256SUMS`, `00  other\n`),
    /SHA256SUMS does not name/,
  ],
  "whose program breaks off": [
    (room) => room.write(`${RELEASE}/${PROGRAM_FILE}`, PROGRAM.slice(0, -5)),
    /Cannot install \S+: it is not what SHA256SUMS says/,
  ],
  "with an empty program": [
    (room) => room.write(`${RELEASE}/${PROGRAM_FILE}`, ""),
    /not what SHA256SUMS says/,
  ],
  "with another unit": [
    (room) => room.write(`${RELEASE}/${NAME}.service`, "[Service]\nExecStart=/bin/true\n"),
    /Cannot install companion-token-server\.service: it is not what SHA256SUMS says/,
  ],
  "without a program for this machine": [
    (room) => room.remove(`${RELEASE}/${PROGRAM_FILE}`),
    /Cannot download \S+-unknown-linux-gnu/,
  ],
};

const reason = obstacle();
const suffix = reason === undefined ? "" : ` (${reason})`;

function testInRoom(name: string, act: (room: Room) => Promise<void>): void {
  Deno.test({
    name: `${name}${suffix}`,
    ignore: reason !== undefined,
    async fn() {
      using room = new Room();
      await publish(room);
      await act(room);
    },
  });
}

testInRoom("install.sh --base-url installs a release that is whole", async (room) => {
  const { code, stderr } = await room.run([...ADDRESS, "--no-service"]);
  assert.equal(code, 0, stderr);
  assert.equal(room.read(`/usr/local/lib/${NAME}/${NAME}`), PROGRAM);
  assert.match(
    (await room.run([...ADDRESS, "--dry-run"])).stdout,
    /\.service\.new/,
    "the unit is one of its files",
  );
});

for (const [what, [damage, says]] of Object.entries(DAMAGES)) {
  testInRoom(`install.sh --base-url refuses a release ${what}`, async (room) => {
    damage(room);
    const { code, stderr } = await room.run(ADDRESS);
    assert.equal(code, 1, stderr);
    assert.match(stderr, says);
    assert.deepEqual(room.traces(), []);
  });
}

testInRoom("install.sh --base-url refuses addresses that are not safe", async (room) => {
  for (
    const [address, says] of [["http://127.0.0.1:9", /not https/], [
      "ftp://x",
      /must begin with https/,
    ]] as const
  ) {
    const { code, stderr } = await room.run(["--base-url", address]);
    assert.equal(code, 1);
    assert.match(stderr, says);
  }
  assert.match(
    (await room.run(["--base-url", "http://127.0.0.1:9", "--insecure-http"])).stderr,
    /Cannot download/,
  );
});

testInRoom("install.sh that was cut off anywhere does nothing and says so", async (room) => {
  const whole = room.read("/srv/install.sh");
  const cuts = [
    ...Array.from({ length: CUTS }, (_, at) => Math.floor(whole.length * at / CUTS)),
    ...Array.from({ length: LAST }, (_, at) => whole.length - 2 - at),
  ];
  const args = ["--from", `/srv/${NAME}`, "--no-service"];
  for (const shell of ["dash", "busybox sh"]) {
    // Nothing of it at all is nothing that could speak.
    for (const cut of cuts.filter((cut) => cut > whole.indexOf("trap '") + 200)) {
      const { code, stderr } = await room.run(args, { shell, input: whole.slice(0, cut) });
      assert.notEqual(code, 0, `cut at ${cut} of ${whole.length}`);
      assert.notEqual(stderr, "", `cut at ${cut}`);
    }
    for (const cut of cuts) await room.run(args, { shell, input: whole.slice(0, cut) });
    assert.deepEqual(room.traces(), []);
  }
  assert.equal((await room.run(args, { input: whole })).code, 0, "whole it installs");
});

Deno.test({
  name: `shellcheck finds nothing in install.sh${hasShellcheck() ? "" : " (needs shellcheck)"}`,
  ignore: !hasShellcheck(),
  fn() {
    const path = new URL("../../install.sh", import.meta.url).pathname;
    const { code, stdout } = new Deno.Command("shellcheck", { args: ["-s", "sh", path] }).outputSync();
    assert.equal(code, 0, new TextDecoder().decode(stdout));
  },
});

function hasShellcheck(): boolean {
  try {
    return new Deno.Command("shellcheck", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
