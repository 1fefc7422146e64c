/** The recipe of the redirect through SSH: a browser elsewhere signs in over a tunnel, by a real sshd. */
import assert from "node:assert/strict";
import { Person } from "../support/person.ts";
import { makes } from "../support/real_program.ts";
import { ask, type Connected, play, type Scene, until } from "../support/scene.ts";
import { CONFIDENTIAL_CLIENT } from "../support/simulated_twitch/options.ts";

const SSHD = "/usr/sbin/sshd";
const RECIPES = Deno.readTextFileSync(new URL("../../.github/RECIPES.md", import.meta.url));

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

/** An SSH server that lets one key in; answers how a client reaches it. */
async function sshServer(
  work: string,
): Promise<{ readonly child: Deno.ChildProcess; readonly options: readonly string[] }> {
  const port = freePort();
  for (const name of ["host", "user"]) {
    const words = ["-q", "-t", "ed25519", "-N", "", "-f", `${work}/${name}`];
    assert.ok((await new Deno.Command("ssh-keygen", { args: words }).output()).success);
  }
  await Deno.mkdir("/run/sshd", { recursive: true });
  const lines = [
    ...[`Port ${port}`, "ListenAddress 127.0.0.1", `HostKey ${work}/host`, "PidFile none", "UsePAM no"],
    ...[`AuthorizedKeysFile ${work}/user.pub`, "StrictModes no", "PermitRootLogin yes"],
  ];
  await Deno.writeTextFile(`${work}/sshd_config`, `${lines.join("\n")}\n`);
  const quiet = { stdout: "null", stderr: "null" } as const;
  const child = new Deno.Command(SSHD, { args: ["-D", "-f", `${work}/sshd_config`], ...quiet }).spawn();
  await until(() => listens(port));
  const known = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
  const options = ["-N", "-p", String(port), "-i", `${work}/user`, "-o", "BatchMode=yes", ...known];
  return { child, options };
}

/** The recipe's own line, with the ports of this test. */
function tunnelArgs(local: number, port: number): readonly string[] {
  const [, forward = ""] = /^ssh (-L \S+) USER@/m.exec(RECIPES) ?? [];
  assert.equal(forward, "-L 8948:localhost:8948");
  return ["-L", `${local}:localhost:${port}`, `${Deno.env.get("USER") ?? "root"}@127.0.0.1`];
}

async function signInOver(scene: Scene, browser: Person): Promise<string> {
  const begun = await browser.send("/connect", { preset: "companion-3", way: "redirect" });
  await begun.body?.cancel();
  const page = await (await browser.get(begun.headers.get("location") ?? "")).text();
  const [, href = ""] = /href="([^"]+\/oauth2\/authorize[^"]+)"/.exec(page) ?? [];
  const back = new URL(await scene.sim.signIn(href.replaceAll("&amp;", "&"), { user: "ada_live" }));
  const answer = await browser.get(back.pathname + back.search);
  await answer.body?.cancel();
  assert.equal(answer.status, 303);
  return back.origin;
}

const local = freePort();
const redirectUri = `http://localhost:${local}/callback`;
const client = { ...CONFIDENTIAL_CLIENT, redirectUris: [redirectUri] };
const [make] = makes();

Deno.test({
  name: "over the tunnel of the recipe Twitch's redirect finds the server",
  ignore: !isThere(SSHD) || Deno.uid() !== 0,
  fn: () =>
    play({
      make: make ?? assert.fail(),
      client,
      twitch: { clients: [client] },
      env: { TWITCH_REDIRECT_URI: redirectUri },
    }, async (scene) => {
      const server = await scene.serve();
      const work = `${scene.directory}/ssh`;
      await Deno.mkdir(work);
      const { child, options } = await sshServer(work);
      let tunnel: Deno.ChildProcess | undefined;
      try {
        const origin = `http://localhost:${local}`;
        const code = (await server.process.printed(/\/welcome\?code=(\S+)/))[1] ?? "";
        await until(async () => {
          tunnel ??= new Deno.Command("ssh", {
            args: [...options, ...tunnelArgs(local, server.port)],
            stdout: "null",
            stderr: "null",
          }).spawn();
          const answered = await fetch(`${origin}/healthz`).then((answer) => answer.text(), () => "");
          return answered !== "";
        });
        const browser = await Person.withCode({ ...server, origin }, code);
        scene.keepSecret(browser.session);
        assert.equal(await signInOver(scene, browser), origin);
      } finally {
        for (const one of [tunnel, child]) {
          one?.kill("SIGTERM");
          await one?.status;
        }
      }
      const [ada]: Connected[] = JSON.parse((await scene.run(["accounts", "list", "--json"])).stdout);
      assert.ok(scene.sim.isLive((await ask(server, ada?.id ?? "")).body));
    }),
});
