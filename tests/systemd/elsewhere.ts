/** Another machine on the network of one. */
import assert from "node:assert/strict";
import { host, type Machine } from "./machine.ts";

const HERE = "10.77.0.1";
const THERE = "10.77.0.2";

/** What a GET of this path is answered on a machine that is joined to this one by a cable. Throws unless that is 200. */
export async function askFromElsewhere(machine: Machine, path: string): Promise<string> {
  const name = `ts${crypto.randomUUID().slice(0, 8)}`;
  host("ip", "netns", "add", name);
  try {
    host("ip", "link", "add", name, "type", "veth", "peer", "name", "cable", "netns", name);
    host("ip", "link", "set", name, "netns", `${machine.init}`);
    await machine.do(`ip address add ${HERE}/24 dev ${name} && ip link set ${name} up`);
    host("ip", "-n", name, "address", "add", `${THERE}/24`, "dev", "cable");
    host("ip", "-n", name, "link", "set", "cable", "up");
    const script = "const r = await fetch(Deno.args[0]); console.log(r.status, await r.text())";
    const url = `http://${HERE}:8948${path}`;
    const printed = host("ip", "netns", "exec", name, Deno.execPath(), "eval", "--no-config", script, url);
    const [, status, body] = /^(\d+) (.*)$/s.exec(printed.trim()) ?? [];
    assert.equal(status, "200", printed);
    return body ?? "";
  } finally {
    host("ip", "netns", "delete", name);
  }
}
