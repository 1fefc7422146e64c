/** What may befall a machine: the program is killed or hangs, the machine restarts, without a network and a clock. */
import assert from "node:assert/strict";
import { installedWithLogin, log, NAME, property, tokenOf } from "./installation.ts";
import { type Machine, report, testOnMachines, until } from "./machine.ts";
import { TwitchForMachines } from "./twitch.ts";

/** Debian's libfaketime, from the package of the same name, on the machine that runs the tests. */
const FAKETIME = ["x86_64", "aarch64"].map((arch) => `/usr/lib/${arch}-linux-gnu/faketime/libfaketime.so.1`)
  .find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });

testOnMachines("killed and hanging it is started again, however often", async (machine) => {
  await using twitch = new TwitchForMachines();
  const { id } = await installedWithLogin(machine, twitch);
  // The unit's own 60 s and 5 s, in short; starts without end are the unit's.
  await dropIn(machine, "WatchdogSec=2\nRestartSec=100ms");
  await machine.do(`systemctl restart ${NAME}`);
  for (let round = 1; round <= 12; round++) {
    const before = await property(machine, "MainPID");
    await machine.do(`kill -KILL ${before}`);
    await runsAgain(machine, before);
  }
  assert.ok(twitch.sim.isLive(await tokenOf(machine, id)));

  const before = await property(machine, "MainPID");
  const began = performance.now();
  await machine.do(`kill -STOP ${before}`);
  await runsAgain(machine, before);
  assert.match(await log(machine), /Watchdog timeout/);
  assert.ok(twitch.sim.isLive(await tokenOf(machine, id)));
  const after = await property(machine, "MainPID");
  await report(
    `${machine.suite}: running again ${Math.round(performance.now() - began)} ms after a hang (watchdog 2 s)`,
  );
  await machine.do("sleep 5");
  assert.equal(await property(machine, "MainPID"), after, "a program that is well is not killed");
});

testOnMachines("after a restart of the machine it serves by itself", async (machine) => {
  await using twitch = new TwitchForMachines();
  const { id } = await installedWithLogin(machine, twitch);
  const token = await tokenOf(machine, id);
  await machine.stop();
  await machine.start();
  await machine.until(`systemctl is-active ${NAME}`);
  assert.equal(await tokenOf(machine, id), token, "without a network too");
  assert.equal(await machine.do("systemctl --failed --no-legend"), "");
});

testOnMachines(
  "after a restart with the clock in 1970 and no network the last token is served, later it is refreshed",
  async (machine) => {
    let later = 0;
    await using twitch = new TwitchForMachines({
      accessTokenLife: 4 * 3600,
      now: () => Date.now() + later * 1000,
    });
    const { id } = await installedWithLogin(machine, twitch);
    const token = await tokenOf(machine, id);
    const library = `/usr/lib/faketime.so`;
    machine.copy(FAKETIME ?? "", library);
    const clock = `/var/lib/${NAME}-clock`;
    machine.write(clock, "@1970-01-01 00:02:00\n");
    await dropIn(
      machine,
      `Environment=LD_PRELOAD=${library} FAKETIME_TIMESTAMP_FILE=${clock} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1`,
    );
    await machine.stop();
    await machine.start();
    await machine.until(`systemctl is-active ${NAME}`);
    assert.match(await log(machine), /the clock of this machine is wrong/);
    assert.equal(await tokenOf(machine, id), token);

    await twitch.reach(machine);
    // The token has a minute to live, by Twitch's clock and by the machine's.
    later = 4 * 3600 - 60;
    machine.write(clock, `+${later}\n`);
    const ask = `curl -fsS 'http://127.0.0.1:8948/token?id=${id}'`;
    await machine.until(`another=$(${ask}) && test "$another" != ${token}`);
    assert.ok(twitch.sim.isLive(await tokenOf(machine, id)));
  },
  FAKETIME === undefined ? "needs libfaketime" : undefined,
);

async function dropIn(machine: Machine, lines: string): Promise<void> {
  machine.write(`/etc/systemd/system/${NAME}.service.d/test.conf`, `[Service]\n${lines}\n`);
  await machine.do("systemctl daemon-reload");
}

async function runsAgain(machine: Machine, before: string): Promise<void> {
  await until("it runs again", async () => {
    const pid = await property(machine, "MainPID");
    return pid !== "0" && pid !== before && await property(machine, "ActiveState") === "active";
  });
}
