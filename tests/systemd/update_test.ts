/** Updates on a real systemd: the logins stay, and a version that is worse than the one before does not stay. */
import assert from "node:assert/strict";
import { CONFIDENTIAL_CLIENT } from "../support/simulated_twitch/options.ts";
import { type Change, install, installedWithLogin, log, NAME, putRelease } from "./installation.ts";
import { property, runInstaller, tokenOf, versionOf } from "./installation.ts";
import { type Machine, testOnMachines } from "./machine.ts";
import { TwitchForMachines } from "./twitch.ts";

const OLD = "0.1.0";
const NEWER: Change = { 'VERSION = "0.1.0"': 'VERSION = "0.1.9"' };

const HANGS = "never gets ready";
/** Versions that are worse than the old one, which only shows when they run. */
const WORSE: Readonly<Record<string, Change>> = {
  "ends at its start": { ...NEWER, "await notify.ready();": "await notify_ready();" },
  [HANGS]: { ...NEWER, "await notify.ready();": "for (;;) await null;;" },
  "does not find the logins": {
    ...NEWER,
    '"companion-token-server.sqlite"': '"companion-token-server.sqlitf"',
  },
};

testOnMachines(
  "an update keeps the logins, --rollback brings the version from before back",
  async (machine) => {
    await using twitch = new TwitchForMachines();
    const { id } = await installedWithLogin(machine, twitch);
    putRelease(machine, NEWER);
    await install(machine);
    assert.equal(await versionOf(machine), "0.1.9");
    assert.ok(twitch.sim.isLive(await tokenOf(machine, id)));
    assert.match(await machine.do("sh /srv/release/install.sh --version"), /0\.1\.9\nbefore: .*0\.1\.0/s);
    await machine.do("sh /srv/release/install.sh --rollback");
    assert.equal(await versionOf(machine), OLD);
    assert.ok(twitch.sim.isLive(await tokenOf(machine, id)));
    await machine.do("sh /srv/release/install.sh --rollback");
    assert.equal(await versionOf(machine), "0.1.9", "and forward again");
    assert.ok(twitch.sim.isLive(await tokenOf(machine, id)));
  },
);

testOnMachines("a login that needs a person does not undo an update", async (machine) => {
  await using twitch = new TwitchForMachines({ accessTokenLife: 6 });
  const { login } = await installedWithLogin(machine, twitch);
  twitch.sim.disconnect(login, CONFIDENTIAL_CLIENT.id);
  await machine.until(`${NAME} healthcheck | grep -q '"needs_login":1'`);
  putRelease(machine, NEWER);
  await install(machine);
  assert.equal(await versionOf(machine), "0.1.9");
  assert.match(await machine.do(`${NAME} healthcheck`), /"status":"attention"/);
});

testOnMachines("a new version that is worse is not kept", async (machine) => {
  await using twitch = new TwitchForMachines();
  const { id } = await installedWithLogin(machine, twitch);
  // A slow machine: the version from before is not there at the first look.
  machine.write(
    `/etc/systemd/system/${NAME}.service.d/slow.conf`,
    "[Service]\nExecStartPre=+/bin/sleep 2\n",
  );
  for (const [what, change] of Object.entries(WORSE)) {
    // It takes over a minute, and is no other matter in the other Debian.
    if (what === HANGS && machine.suite !== "trixie") continue;
    putRelease(machine, change);
    const { code, stderr } = await runInstaller(machine);
    assert.equal(code, 1, what);
    assert.match(stderr, /not as well as the old one/, what);
    assert.match(stderr, /The version from before is back/, `${what}\n${stderr}`);
    await assertAsBefore(machine, what);
    assert.ok(twitch.sim.isLive(await tokenOf(machine, id)), what);
  }
});

testOnMachines("a new version that does not run here is refused before anything stops", async (machine) => {
  await using twitch = new TwitchForMachines();
  const { id } = await installedWithLogin(machine, twitch);
  const before = await property(machine, "InvocationID");
  const programs: Readonly<Record<string, readonly [program: string, says: RegExp]>> = {
    crashes: [
      "#!/bin/sh\nkill -s SEGV $$\n",
      /crash at its first run \(signal 11\)(.*\n)*.*pages of \d+ bytes\n.*Pi 5/,
    ],
    fails: ["#!/bin/sh\nexit 1\n", /does not start \(exit status 1\)/],
    "is for another machine": ["\x7fELF\x02\x01\x01 nothing", /another kind of machine/],
    "cannot read the logins": [
      `#!/bin/sh\ncase $* in accounts*) echo torn >&2; exit 2 ;; esac\nexec /usr/local/lib/${NAME}/${NAME} "$@"\n`,
      /cannot open a copy of the logins/,
    ],
  };
  for (const [what, [program, says]] of Object.entries(programs)) {
    machine.write(`/srv/release/${NAME}`, program, 0o755);
    const { code, stderr } = await runInstaller(machine);
    assert.equal(code, 1, what);
    assert.match(stderr, says, what);
    await assertAsBefore(machine, what);
    assert.equal(await property(machine, "InvocationID"), before, `${what}: it ran on`);
  }
  assert.ok(twitch.sim.isLive(await tokenOf(machine, id)));
  assert.equal(await machine.do(`ls /run | grep ${NAME}-update || true`), "", "no copy of the logins stays");
});

async function assertAsBefore(machine: Machine, what: string): Promise<void> {
  assert.equal(await machine.do(`systemctl is-active ${NAME}`), "active", `${what}\n${await log(machine)}`);
  assert.equal(await versionOf(machine), OLD, what);
  const files = await machine.do(`ls /usr/local/lib/${NAME} /usr/local/bin`);
  assert.doesNotMatch(files, /\.new$/m, what);
}
