/**
 * What the permissions that `deno task compile` bakes in keep the program from, whatever a bug or a package would try.
 * Each act is tried with everything allowed too, where it succeeds.
 */
import assert from "node:assert/strict";
import { permissions } from "../../.build/compile.ts";
import { loopbackWebhook } from "../support/loopback_webhook.ts";
import { ask, playAll } from "../support/scene.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** Each act, and whether it could be done, as JSON. */
const PROBE = `
const acts = {
  "run a program": () => new Deno.Command("/bin/true").outputSync(),
  "run a program by Node's name": async () => (await import("node:child_process")).execFileSync("/bin/true"),
  "load a library": () => Deno.dlopen(LIBRARY, {}).close(),
  "read an environment variable of others": () => Deno.env.get("SECRET_OF_OTHERS") ?? fail(),
  "list the environment": () => Deno.env.toObject(),
  "send another process a signal": () => Deno.kill(Deno.ppid, "SIGCONT"),
  "read who the user is": () => Deno.uid() ?? fail(),
  "read the load of the machine": () => Deno.loadavg(),
  "load code from a file": async () => await import(CODE),
  "start a worker with all permissions": async () => {
    const worker = new Worker(URL.createObjectURL(new Blob(["Deno.env.toObject(); postMessage(1)"])), {
      type: "module", deno: { permissions: { env: true, run: true } },
    });
    await new Promise((resolve, reject) => { worker.onmessage = resolve; worker.onerror = (e) => { e.preventDefault(); reject(e); }; });
    worker.terminate();
  },
};
function fail() { throw new Error("nothing there"); }
const done = {};
for (const [name, act] of Object.entries(acts)) {
  try { await act(); done[name] = true; } catch { done[name] = false; }
}
// What the program must be able to do.
Deno.hostname(); Deno.networkInterfaces(); Deno.env.get("TOKEN_SERVER_PORT");
Deno.listen({ port: 0 }).close();
Deno.writeTextFileSync(new URL("own", import.meta.url), "x");
console.log(JSON.stringify(done));
`;
/** Where they are allowed, a machine may still have no such library; loading code is stopped by the file alone. */
const LIBRARIES = [
  "/lib/x86_64-linux-gnu/libc.so.6",
  "/lib/aarch64-linux-gnu/libc.so.6",
  "/usr/lib/libc.so.6",
];
/** Reading is allowed everywhere, for the data directory may be anywhere: the unit confines it. */
const ALLOWED = ["load code from a file"];

async function probe(path: string, permissions: readonly string[]): Promise<Record<string, boolean>> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--unstable-worker-options", ...permissions, path],
    env: { SECRET_OF_OTHERS: "x" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.match(text, /^\{/, new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

Deno.test("the baked permissions keep a stranger's code from programs, libraries, signals and other secrets", async () => {
  using directory = temporaryDirectory();
  const library = LIBRARIES.find((path) => exists(path));
  const code = `${directory.path}/code.js`;
  await Deno.writeTextFile(code, "export {};\n");
  const text = PROBE.replace("LIBRARY", JSON.stringify(library ?? "")).replace(
    "CODE",
    JSON.stringify(`file://${code}`),
  );
  await Deno.writeTextFile(`${directory.path}/probe.js`, text);
  const free = await probe(`${directory.path}/probe.js`, ["-A"]);
  const acts = Object.keys(free);
  assert.deepEqual(acts.filter((act) => !free[act]), library === undefined ? ["load a library"] : []);
  const confined = await probe(`${directory.path}/probe.js`, permissions());
  assert.deepEqual(acts.filter((act) => confined[act]), ALLOWED);
});

Deno.test("the program goes to Twitch and to the addresses for notices, and to no other host that it is told of", async () => {
  await using other = loopbackWebhook();
  await playAll({}, async (scene) => {
    const server = await scene.serve();
    const { id } = await scene.signIn();
    assert.equal((await ask(server, id)).status, 200);
    const { host } = new URL(other.url);
    const told = [
      ...[
        `http://${host}/x`,
        `//${host}/x`,
        `..//${host}/x`,
        `@${host}/x`,
        `users/../../../${host}`,
        `%2f%2f${host}`,
      ]
        .map((path) => `/as/${id}/helix/${path}`),
      `/token?id=${id}&url=http://${host}/`,
      `/callback?code=abcdefghijkl&state=x&redirect_uri=http://${host}/`,
      `/sign-in?to=http://${host}/`,
    ];
    for (const path of told) {
      const headers = { "x-forwarded-host": host, referer: `http://${host}/`, forwarded: `host=${host}` };
      await (await fetch(server.origin + path, { redirect: "manual", headers })).body?.cancel();
    }
    assert.equal(other.bodies.length, 0);
    assert.deepEqual(other.told, []);
    // The control: where a person names the address, it is told.
    const env = { TOKEN_SERVER_NOTICE_URL: other.url };
    await server.stop();
    await using again = await scene.serve([], { env });
    const { code } = await scene.run(["doctor", "--test-notice"], { env });
    assert.ok(code <= 4);
    assert.ok(other.bodies.length > 0, again.process.stderr);
    scene.keepSecret(other.password);
  });
});

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
