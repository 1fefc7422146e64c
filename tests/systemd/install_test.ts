/** install.sh on a real systemd: from nothing to a token, once more, and away again. */
import assert from "node:assert/strict";
import { askFromElsewhere } from "./elsewhere.ts";
import {
  install,
  NAME,
  property,
  putRelease,
  runInstaller,
  signIn,
  tokenOf,
  writeSettings,
} from "./installation.ts";
import { type Machine, report, testOnMachines } from "./machine.ts";
import { SETTINGS, TwitchForMachines } from "./twitch.ts";

testOnMachines(
  "install.sh --from makes a service that signs in and serves another machine",
  async (machine) => {
    await using twitch = new TwitchForMachines();
    await twitch.reach(machine);
    writeSettings(machine);
    putRelease(machine);
    const began = performance.now();
    const said = await install(machine);
    const took = performance.now() - began;
    assert.match(said, /http:\/\/\S+:8948\//);
    assert.equal(await machine.do(`cat /etc/${NAME}/${NAME}.env`), `# mine\n${SETTINGS}`);
    assert.equal(await machine.do(`systemctl is-active ${NAME}`), "active");
    assert.match(await machine.do("curl -fsS http://127.0.0.1:8948/healthz"), /"status":"ok"/);
    assert.equal(await property(machine, "StatusText"), "no logins");

    const { id } = await signIn(machine, twitch);
    assert.ok(twitch.sim.isLive(await tokenOf(machine, id)));
    assert.ok(twitch.sim.isLive(await askFromElsewhere(machine, `/token?id=${id}`)));
    await machine.do(`systemctl restart ${NAME}`);
    assert.match(await property(machine, "StatusText"), /^1 login, next refresh \d\d:\d\d$/);
    await print(machine, took);
  },
);

testOnMachines("install.sh a second time changes nothing, and starts nothing again", async (machine) => {
  putRelease(machine);
  await install(machine);
  const before = await state(machine);
  assert.match(await install(machine), /installed already/);
  assert.equal(await state(machine), before);
  await machine.do(`echo >> /srv/release/${NAME}.service`);
  await install(machine);
  assert.notEqual(await state(machine), before, "a change is seen");
});

testOnMachines(
  "install.sh --uninstall keeps settings and logins, --purge leaves nothing",
  async (machine) => {
    await using twitch = new TwitchForMachines();
    await twitch.reach(machine);
    writeSettings(machine);
    putRelease(machine);
    await install(machine);
    const { id } = await signIn(machine, twitch);
    await machine.do("sh /srv/release/install.sh --uninstall");
    assert.notEqual((await machine.run(`systemctl cat ${NAME}`)).code, 0);
    assert.deepEqual(await traces(machine), [`/etc/${NAME}`, `/var/lib/${NAME}`]);
    await install(machine);
    assert.ok(twitch.sim.isLive(await tokenOf(machine, id)));

    const refused = await machine.run("sh /srv/release/install.sh --uninstall --purge");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /--yes/);
    assert.ok(twitch.sim.isLive(await tokenOf(machine, id)));
    await machine.do("sh /srv/release/install.sh --uninstall --purge --yes");
    assert.deepEqual(await traces(machine), []);
    assert.notEqual((await machine.run(`getent passwd ${NAME}`)).code, 0);
    assert.notEqual((await machine.run(`getent group ${NAME}`)).code, 0);
    assert.equal(await machine.do("systemctl --failed --no-legend"), "");
  },
);

testOnMachines(
  "install.sh without a service, without a start, and with settings that are wrong does as it says",
  async (machine) => {
    putRelease(machine);
    await install(machine, "--no-service");
    assert.deepEqual(await machine.do(`ls /usr/local/lib/systemd 2>/dev/null || true`), "");
    await machine.do(`${NAME} config`);
    await install(machine, "--no-start");
    assert.equal((await machine.run(`systemctl is-active ${NAME}`)).stdout.trim(), "inactive");
    machine.write(`/etc/${NAME}/${NAME}.env`, "TOKEN_SERVER_PORT=many\n");
    await machine.do(`printf '#' >> /srv/release/${NAME}.service`);
    const { code, stderr } = await runInstaller(machine);
    assert.equal(code, 1);
    assert.match(stderr, /TOKEN_SERVER_PORT.*\n(.*\n)*Cannot install: the settings in \S+ are not right/);
  },
);

/** Everything that an installation is, as far as a second one could touch it. */
async function state(machine: Machine): Promise<string> {
  const files = `find /usr/local /etc/${NAME} /etc/systemd -printf '%p %i %m %u %g %T@ %C@\\n' | sort`;
  return `${await machine.do(files)}\n${await property(machine, "InvocationID")}`;
}

/** The topmost files and folders with the program's name; what comes with the test aside. */
async function traces(machine: Machine): Promise<readonly string[]> {
  const found = await machine.do(
    `find / -xdev -name '*${NAME}*' -prune -not -path '/proc/*' -not -path '/sys/*' -not -path '/srv/*'`,
  );
  return found.split("\n").filter((path) => path !== "").sort();
}

async function print(machine: Machine, took: number): Promise<void> {
  const [active, began, pid] = await Promise.all(
    ["ActiveEnterTimestampMonotonic", "InactiveExitTimestampMonotonic", "MainPID"].map((name) =>
      property(machine, name)
    ),
  );
  const resident = /VmRSS:\s*(\d+)/.exec(await machine.do(`cat /proc/${pid}/status`))?.[1];
  await report(
    `${machine.suite}: install.sh ${(took / 1000).toFixed(1)} s, start to active ` +
      `${Math.round((Number(active) - Number(began)) / 1000)} ms, ${
        Math.round(Number(resident) / 1024)
      } MiB resident`,
  );
}
