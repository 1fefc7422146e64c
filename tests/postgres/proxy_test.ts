/** .container/Caddyfile by a real Caddy, before two instances of the real program on one PostgreSQL. */
import assert from "node:assert/strict";
import { until, withPostgres } from "../support/postgres_scene.ts";
import { fromSource, type RealServer, startServer } from "../support/real_program.ts";
import { play, type Scene } from "../support/scene.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const CADDYFILE = Deno.readTextFileSync(new URL("../../.container/Caddyfile", import.meta.url));

function hasCaddy(): boolean {
  try {
    new Deno.Command("caddy", { args: ["version"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    return false;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

interface Proxy extends AsyncDisposable {
  readonly origin: string;
}

async function startProxy(instances: readonly RealServer[]): Promise<Proxy> {
  const work = temporaryDirectory();
  const origin = `http://127.0.0.1:${freePort()}`;
  const site = instances.reduce(
    (text, { port }, at) => text.replace(`tokens-${at + 1}:8948`, `127.0.0.1:${port}`),
    CADDYFILE.replace("{$TOKENS_NAME}", origin),
  );
  const general = `{\n\tadmin off\n\tauto_https off\n\tstorage file_system ${work.path}/caddy\n}\n`;
  await Deno.writeTextFile(`${work.path}/Caddyfile`, general + site);
  const args = ["run", "--adapter", "caddyfile", "--config", `${work.path}/Caddyfile`];
  const child = new Deno.Command("caddy", { args, stdout: "null", stderr: "null" }).spawn();
  return {
    origin,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      work[Symbol.dispose]();
    },
  };
}

async function question(origin: string, id: string): Promise<string> {
  const answer = await fetch(`${origin}/token?id=${id}`);
  return `${answer.status} ${await answer.text()}`;
}

async function isThere(origin: string): Promise<boolean> {
  try {
    const answer = await fetch(`${origin}/healthz`);
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

/** Both are asked, and when one is killed the other answers every question. */
async function useProxy(
  scene: Scene,
  further: RealServer,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const first = await scene.serve([], { env });
  const { id } = await scene.signIn(undefined, { env });
  await using proxy = await startProxy([first, further]);
  await until("the proxy answers", () => isThere(proxy.origin));
  const token = await question(first.origin, id);
  assert.match(token, /^200 /);
  await until("the other instance knows the login", async () => await question(further.origin, id) === token);
  const answers = new Set<string>();
  for (let count = 0; count < 10; count++) answers.add(await question(proxy.origin, id));
  assert.deepEqual([...answers], [token]);
  first.process.kill("SIGKILL");
  for (let count = 0; count < 10; count++) assert.equal(await question(proxy.origin, id), token);
}

withPostgres((cluster) => {
  Deno.test({
    name: "Caddyfile: each of two instances answers behind it, and one alone when the other is killed",
    ignore: !hasCaddy(),
    async fn() {
      const database = await (await cluster()).database();
      await using _database = database;
      await play({ make: fromSource() }, async (scene) => {
        using files = temporaryDirectory();
        const secrets = {
          TOKEN_SERVER_STORE_FILE: `${files.path}/store`,
          TOKEN_SERVER_KEY_FILE: `${files.path}/key`,
        };
        await Deno.writeTextFile(secrets.TOKEN_SERVER_STORE_FILE, database.url);
        const env = { ...secrets, TOKEN_SERVER_TRUSTED_PROXIES: "127.0.0.1" };
        // The key is made by whoever is first, here a command.
        assert.equal((await scene.run(["accounts", "list"], { env })).code, 0);
        await using further = await startServer({
          make: fromSource(),
          directory: files.path,
          env: { ...fromSource().env, ...env, TWITCH_CLIENT_ID: scene.client.id },
        });
        await useProxy(scene, further, env);
      });
    },
  });
});
