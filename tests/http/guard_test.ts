import assert from "node:assert/strict";
import { hostAllowed, HostGuard, hostName, isLoopback, peerAddress } from "../../src/http/guard.ts";
import { silentLog } from "../support/silent_log.ts";

const RULE = {
  machineName: "Pi4",
  publicHost: "token.example.org",
  allowed: ["studio.example", "Other.Example:8948"],
};

const ALLOWED = [
  "localhost",
  "LOCALHOST:8948",
  "localhost.",
  "localhost.:8948",
  "127.0.0.1",
  "127.0.0.1:8948",
  "192.168.1.20:8948",
  "[::1]",
  "[::1]:8948",
  "[fe80::1%25eth0]:8948",
  "[fd00::abcd]:80",
  "pi4",
  "PI4:8948",
  "pi4.local",
  "pi4.local.:8948",
  "pi4.lan",
  "pi4.home",
  "pi4.home.arpa",
  "pi4.internal",
  "pi4.localdomain",
  "pi4.fritz.box",
  "token.example.org",
  "Token.Example.org:443",
  "studio.example",
  "other.example",
];
const REFUSED = [
  "",
  "evil.example",
  "pi4.evil.example",
  "pi4.local.evil.example",
  "xpi4",
  "pi",
  "pi4.example",
  "localhost.evil.example",
  "evil.localhost",
  "127.0.0.1.evil.example",
  "127.0.0.1.nip.io",
  "1.2.3",
  "0x7f.1",
  "[::1].evil.example",
  "[evil]",
  "[::1",
  "a.token.example.org",
  "token.example.org.evil",
  "localhost, evil.example",
  "localhost/evil",
  "user@localhost",
  "localhost:8948:1",
  "local host",
];

for (const host of ALLOWED) {
  Deno.test(`hostAllowed() takes ${JSON.stringify(host)}`, () => assert.equal(hostAllowed(host, RULE), true));
}
for (const host of REFUSED) {
  Deno.test(`hostAllowed() refuses ${JSON.stringify(host)}`, () =>
    assert.equal(hostAllowed(host, RULE), false));
}

Deno.test("hostAllowed() takes no name of a machine whose name is not known", () => {
  const rule = { allowed: [] };
  assert.equal(hostAllowed(".local", rule), false);
  assert.equal(hostAllowed("undefined.local", rule), false);
  assert.equal(hostAllowed("localhost", rule), true);
});

Deno.test("hostName() folds case and takes off port and final dot", () => {
  assert.equal(hostName("Studio.Example.:8948"), "studio.example");
  assert.equal(hostName("[FD00::1]:8948"), "[fd00::1]");
  assert.equal(hostName("<script>"), undefined);
});

function request(host: string, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/", { headers: { host, ...headers } });
}

function peer(hostname?: string): { remoteAddr: { transport: string; hostname?: string } } {
  return { remoteAddr: { transport: "tcp", ...(hostname === undefined ? {} : { hostname }) } };
}

Deno.test("peerAddress() gives an IPv4 peer of a dual-stack listener its IPv4 address", () => {
  assert.equal(peerAddress(peer("::ffff:192.168.1.7")), "192.168.1.7");
  assert.equal(peerAddress(peer("::FFFF:192.168.1.7")), "192.168.1.7");
  assert.equal(peerAddress(peer("FE80::1")), "fe80::1");
  assert.equal(peerAddress(peer()), "");
});

Deno.test("isLoopback() knows this machine in every notation, and nobody else", () => {
  for (const own of ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"]) {
    assert.ok(isLoopback(peer(own)), own);
  }
  for (const other of ["192.168.1.7", "::ffff:192.168.1.7", "1.127.0.0", "::", "fe80::1"]) {
    assert.ok(!isLoopback(peer(other)), other);
  }
  assert.ok(!isLoopback(peer()));
  assert.ok(!isLoopback(undefined));
});

Deno.test("HostGuard tells a refused name once, keeps 20 of them, and forgets what is allowed", () => {
  const log = silentLog();
  const allowed: string[] = [];
  const guard = new HostGuard({ allowed: () => allowed }, log);
  for (let times = 0; times < 3; times++) assert.equal(guard.admits(request("studio.example:8948")), false);
  assert.deepEqual(guard.refused(), ["studio.example"]);
  assert.deepEqual(log.events(), ["host name refused"]);
  allowed.push("studio.example");
  guard.forget("studio.example");
  assert.equal(guard.admits(request("studio.example:8948")), true);
  for (let number = 0; number < 500; number++) guard.admits(request(`n${number}.example`));
  assert.equal(guard.refused().length, 20);
  assert.equal(guard.refused().at(-1), "n499.example");
  assert.equal(log.entries.length, 100);
});

Deno.test("HostGuard keeps no header that is not a name", () => {
  const log = silentLog();
  const guard = new HostGuard({ allowed: () => [] }, log);
  assert.equal(guard.admits(request("evil<script>")), false);
  assert.deepEqual(guard.refused(), []);
  assert.deepEqual(log.entries, []);
});

for (const machineName of ["Studio.local", "studio.fritz.box", "studio"]) {
  Deno.test(`a machine that calls itself ${machineName} is addressed by its first name with every home ending`, () => {
    for (const name of ["studio", "studio.local", "studio.lan", "studio.fritz.box"]) {
      assert.ok(hostAllowed(`${name}:8948`, { machineName, publicHost: undefined, allowed: [] }), name);
    }
    assert.ok(!hostAllowed("studio.example", { machineName, publicHost: undefined, allowed: [] }));
  });
}
