/** What the unit keeps the program from, tried by another program in its place. Outside the unit the same acts succeed. */
import assert from "node:assert/strict";
import { installedWithLogin, NAME, tokenOf } from "./installation.ts";
import { testOnMachines } from "./machine.ts";
import { TwitchForMachines } from "./twitch.ts";

const FOLDER = `/usr/local/lib/${NAME}`;
const ANSWER = `/var/lib/${NAME}/probe.json`;

/** Runs on the machine: each act, and whether it could be done. */
const PROBE = `
function runCopy(path) {
  Deno.writeFileSync(path, Deno.readFileSync("/bin/true"));
  Deno.chmodSync(path, 0o755);
  new Deno.Command(path).outputSync();
}
const acts = {
  "read a home": () => Deno.readTextFileSync("/home/streamer/diary"),
  "list /root": () => [...Deno.readDirSync("/root")],
  "write /etc": () => Deno.writeTextFileSync("/etc/written", "x"),
  "write /usr/local": () => Deno.writeTextFileSync("${FOLDER}/written", "x"),
  "write /var/tmp of others": () => Deno.writeTextFileSync("/var/tmp/shared/written", "x"),
  "spawn a program": () => new Deno.Command("/bin/true").outputSync(),
  "run what it has written": () => runCopy("/var/lib/${NAME}/own"),
  "run what it has written to /tmp": () => runCopy("/tmp/own"),
  "run what it has written to /var/tmp": () => runCopy("/var/tmp/own"),
  "run what it has written to /run": () => runCopy("/run/${NAME}/own"),
  "run what it has written to memory": () => runCopy("/dev/shm/own"),
  "see other processes": () => Deno.readTextFileSync("/proc/1/comm"),
  "set the kernel": () => Deno.writeTextFileSync("/proc/sys/net/ipv4/ip_default_ttl", "64"),
};
const done = {};
for (const [name, act] of Object.entries(acts)) {
  try { act(); done[name] = true; } catch { done[name] = false; }
}
// What it must be able to do.
Deno.writeTextFileSync("/var/lib/${NAME}/own-file", "x");
Deno.networkInterfaces();
Deno.listen({ port: 0 }).close();
Deno.writeTextFileSync("${ANSWER}", JSON.stringify(done));
`;

testOnMachines("the unit lets the program do its work, and nothing else", async (machine) => {
  await using twitch = new TwitchForMachines({ accessTokenLife: 6 });
  const { id } = await installedWithLogin(machine, twitch);
  const token = await tokenOf(machine, id);
  await machine.until(`test "$(curl -fsS 'http://127.0.0.1:8948/token?id=${id}')" != '${token}'`);
  assert.ok(twitch.sim.isLive(await tokenOf(machine, id)), "it refreshes");

  machine.write("/home/streamer/diary", "dear diary");
  await machine.do("mkdir -m 1777 -p /var/tmp/shared");
  machine.copy(Deno.execPath(), `${FOLDER}/deno`);
  machine.write(`${FOLDER}/probe.js`, PROBE);
  const probe = `${FOLDER}/deno run --no-config --no-prompt -A ${FOLDER}/probe.js`;
  const outside = JSON.parse(await machine.do(`${probe} >&2 && cat ${ANSWER} && rm ${ANSWER}`));
  assert.deepEqual(Object.values(outside).every((done) => done), true, JSON.stringify(outside));

  await machine.do(
    `rm -f /etc/written ${FOLDER}/written /var/tmp/shared/written /var/lib/${NAME}/own* /run/${NAME}/own /tmp/own /var/tmp/own /dev/shm/own`,
  );
  machine.write(
    `/etc/systemd/system/${NAME}.service.d/probe.conf`,
    `[Service]\nEnvironment=DENO_DIR=/var/lib/${NAME}\nExecStartPre=${probe}\n`,
  );
  await machine.do(`systemctl daemon-reload && systemctl restart ${NAME}`);
  const inside = JSON.parse(await machine.do(`cat ${ANSWER}`));
  assert.deepEqual(inside, Object.fromEntries(Object.keys(outside).map((name) => [name, false])));
});
