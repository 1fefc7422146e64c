/** Networks with less than both IPv4 and IPv6, by the real program: in name spaces, where this user may make them. */
import assert from "node:assert/strict";
import { type Make, makes } from "../support/real_program.ts";
import { play } from "../support/scene.ts";

const UNSHARE = "/usr/bin/unshare";
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Networks by what a shell does to make them of an empty name space. */
const NETWORKS: Readonly<Record<string, string>> = {
  "without IPv6": "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6",
  "whose IPv6 sockets take no IPv4": "echo 1 > /proc/sys/net/ipv6/bindv6only",
};

/** The same program in a network of its own, which has a loopback interface and what `setUp` makes of it. */
function inside(make: Make, setUp: string): Make {
  const script = `${setUp} && ip link set lo up && exec "$@"`;
  const args = ["--net", "sh", "-c", script, "sh", make.command, ...make.args];
  return { name: make.name, command: UNSHARE, args, env: { PATH, ...make.env } };
}

function canUnshare(setUp: string): boolean {
  try {
    const args = ["--net", "sh", "-c", `${setUp} && ip link set lo up`];
    return new Deno.Command(UNSHARE, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

for (const [network, setUp] of Object.entries(NETWORKS)) {
  const ignore = !canUnshare(setUp);
  for (const make of makes()) {
    Deno.test({
      name: `${make.name}: the server listens in a network ${network}${ignore ? " (needs root)" : ""}`,
      ignore,
      fn: () =>
        play({ make: inside(make, setUp) }, async (scene) => {
          const server = await scene.serve();
          const command = [make.command, ...make.args, "healthcheck", "--port", `${server.port}`];
          const network = `--net=/proc/${server.process.pid}/ns/net`;
          const asked = new Deno.Command("/usr/bin/nsenter", {
            args: [network, ...command],
            cwd: scene.directory,
            env: { PATH, ...make.env },
            clearEnv: true,
          }).outputSync();
          assert.equal(asked.code, 0, new TextDecoder().decode(asked.stderr));
          assert.match(new TextDecoder().decode(asked.stdout), /"status":"ok"/);
          await assert.rejects(fetch(server.origin), TypeError, "the network is another than ours");
          assert.equal((await server.stop()).code, 0);
        }),
    });
  }
}
