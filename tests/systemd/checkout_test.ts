/** install.sh in the project's folder, which compiles. */
import assert from "node:assert/strict";
import { NAME, versionOf } from "./installation.ts";
import { host, testOnMachines } from "./machine.ts";

/** A compiler, and the runtime of the same version: what it would otherwise download. */
const COMPILER = Deno.env.get("TOKEN_SERVER_COMPILER") || undefined;
const RUNTIME = Deno.env.get("DENORT_BIN") || undefined;
const NEEDED = ["src", ".build", ".systemd", "deno.json", "deno.lock", "install.sh"];

testOnMachines(
  "install.sh in the project's folder compiles it and makes a service",
  async (machine) => {
    for (const name of NEEDED) machine.copy(name, `/srv/project/${name}`);
    machine.copy(COMPILER ?? "", "/usr/local/bin/deno");
    machine.copy(RUNTIME ?? "", "/srv/denort");
    machine.copy(`${JSON.parse(host(Deno.execPath(), "info", "--json")).denoDir}/npm`, "/srv/cache/npm");
    const script = "cd /srv/project && DENO_DIR=/srv/cache DENORT_BIN=/srv/denort ./install.sh";
    await machine.do(script);
    assert.equal(await machine.do(`systemctl is-active ${NAME}`), "active");
    assert.match(await machine.do("curl -fsS http://127.0.0.1:8948/healthz"), /"status":"ok"/);
    assert.match(await versionOf(machine), /^\d+\.\d+\.\d+$/);
    assert.match(await machine.do(script), /installed already/, "the same source makes the same file");
  },
  COMPILER === undefined || RUNTIME === undefined ? "needs TOKEN_SERVER_COMPILER and DENORT_BIN" : undefined,
);
