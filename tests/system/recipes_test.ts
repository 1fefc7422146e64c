/** .github/RECIPES.md, tried: each recipe's own text against the real program, where this machine has what it takes. */
import assert from "node:assert/strict";
import { type Connected, play, type Scene, until } from "../support/scene.ts";
import { withRelay } from "../support/relay_stage.ts";
import { makes, type RealServer } from "../support/real_program.ts";
import { selfSignedCertificate } from "../support/simulated_twitch/certificate.ts";

const NAME = "tokens.example.org";
/** Of the client; the proxy's is 127.0.0.1. */
const CLIENT = "127.0.0.77";
const PASSWORD = "correct horse battery";
const RECIPES = Deno.readTextFileSync(new URL("../../.github/RECIPES.md", import.meta.url));

/** The code block of a language that holds `mark`. */
function recipe(language: string, mark: string): string {
  const blocks = [...RECIPES.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map(([, text]) =>
    text ?? ""
  );
  return blocks.find((text) => text.includes(mark)) ?? assert.fail(`no ${language} with ${mark}`);
}

/** A recipe for this server and its account. */
function filled(text: string, server: RealServer, { id }: Connected): string {
  return text.replaceAll("127.0.0.1:8948", `127.0.0.1:${server.port}`).replaceAll(/\bID\b/g, id);
}

function has(command: string): boolean {
  try {
    new Deno.Command(command, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    return false;
  }
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const [printed, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${command}: ${complained}${printed}`);
  return printed ?? "";
}

/** A recipe that needs a program. */
function relayed(needs: string, name: string, act: Parameters<typeof withRelay>[1]): void {
  if (has(needs)) withRelay(name, act);
  else Deno.test({ name: `${name} (there is no ${needs})`, ignore: true, fn() {} });
}

/** A program with a port: how it is started there. */
interface Proxy {
  readonly name: string;
  /** Writes its files and answers its command line. */
  prepare(work: string, upstream: RealServer, port: number): readonly string[];
}

const NGINX: Proxy = {
  name: "nginx",
  prepare(work, upstream, port) {
    const server = recipe("nginx", "proxy_pass")
      .replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
      .replace(/\/etc\/letsencrypt\/live\/[^/]+\/fullchain\.pem/, `${work}/cert.pem`)
      .replace(/\/etc\/letsencrypt\/live\/[^/]+\/privkey\.pem/, `${work}/key.pem`)
      .replace("127.0.0.1:8948", `127.0.0.1:${upstream.port}`);
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) =>
      `${kind}_temp_path ${work}/${kind};`
    );
    const config = `daemon off; pid ${work}/pid; error_log stderr; events {}
      http { access_log off; ${paths.join(" ")}\n${server}\n}`;
    Deno.writeTextFileSync(`${work}/nginx.conf`, config);
    return ["nginx", "-p", work, "-c", `${work}/nginx.conf`, "-e", "stderr"];
  },
};

const CADDY: Proxy = {
  name: "caddy",
  prepare(work, upstream, port) {
    const site = recipe("caddy", "reverse_proxy")
      .replace(NAME, `https://${NAME}:${port}`)
      .replace("{", `{\n\ttls ${work}/cert.pem ${work}/key.pem\n\tbind 127.0.0.1`)
      .replace("127.0.0.1:8948", `127.0.0.1:${upstream.port}`);
    const general = `{\n\tadmin off\n\tauto_https off\n\tstorage file_system ${work}/caddy\n}\n`;
    Deno.writeTextFileSync(`${work}/Caddyfile`, general + site);
    return ["caddy", "run", "--adapter", "caddyfile", "--config", `${work}/Caddyfile`];
  },
};

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A browser of another address before the proxy. */
class Browser {
  readonly #work: string;
  readonly #port: number;

  constructor(work: string, port: number) {
    this.#work = work;
    this.#port = port;
  }

  get origin(): string {
    return `https://${NAME}:${this.#port}`;
  }

  curl(path: string, ...options: string[]): Promise<string> {
    const where = ["--resolve", `${NAME}:${this.#port}:127.0.0.1`, "--interface", CLIENT];
    const jar = ["--cookie", `${this.#work}/jar`, "--cookie-jar", `${this.#work}/jar`];
    const trust = ["--cacert", `${this.#work}/cert.pem`];
    const limit = ["--max-time", "20"];
    return run("curl", "-sS", ...where, ...jar, ...trust, ...limit, ...options, `${this.origin}${path}`);
  }

  async isThere(): Promise<boolean> {
    try {
      return await this.curl("/healthz", "-f") !== "";
    } catch {
      return false;
    }
  }
}

async function tryProxy(scene: Scene, proxy: Proxy): Promise<void> {
  scene.keepSecret(PASSWORD);
  const server = await scene.serve();
  const account = await scene.signIn();
  const work = `${scene.directory}/proxy`;
  await Deno.mkdir(work);
  const { cert, key } = await selfSignedCertificate(Date.now(), [NAME]);
  await Deno.writeTextFile(`${work}/cert.pem`, cert);
  await Deno.writeTextFile(`${work}/key.pem`, key);
  const port = freePort();
  const [command = "", ...args] = proxy.prepare(work, server, port);
  const child = new Deno.Command(command, { args, stdout: "null", stderr: "null" }).spawn();
  try {
    const browser = new Browser(work, port);
    await until(() => browser.isThere());
    await useProxy(scene, server, browser, account);
  } finally {
    child.kill("SIGTERM");
    await child.status;
    // The cookie in it is a secret, and belongs to the browser.
    await Deno.remove(work, { recursive: true });
  }
}

async function useProxy(
  scene: Scene,
  server: RealServer,
  browser: Browser,
  account: Connected,
): Promise<void> {
  assert.ok(scene.sim.isLive(await browser.curl(`/token?id=${account.id}`)));
  const code = (await server.process.printed(/\/welcome\?code=(\S+)/))[1] ?? "";
  const page = await browser.curl(`/welcome?code=${code}`);
  const form = /name="form" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const fields = new URLSearchParams({ form, code, password: PASSWORD }).toString();
  const spoofed = ["-H", "Forwarded: for=8.8.8.8", "-H", "X-Forwarded-For: 8.8.8.8"];
  const origin = ["-H", `Origin: ${browser.origin}`];
  const answer = await browser.curl("/welcome", "-i", ...origin, ...spoofed, "-d", fields);
  assert.match(answer, /^HTTP\/\S+ 303/);
  const cookie = /^set-cookie: __Host-token-server-session=([^;]+);.*$/im.exec(answer);
  assert.match(cookie?.[0] ?? answer, /; Secure/);
  scene.keepSecret(cookie?.[1] ?? "");
  assert.match(server.process.stderr, new RegExp(`event="password set" from=${CLIENT}\\b`));

  const shown = await browser.curl(`/accounts/${account.alias}`, "-i");
  assert.match(shown, /^HTTP\/\S+ 200/);
  assert.ok(shown.includes(CLIENT), "who asked last");
  // Nothing on the way keeps an event back: the first comes while the stream goes on.
  const stream = await browser.curl("/live/home", "-N", "--max-time", "2").catch(({ message }) => message);
  assert.match(stream, /^data:/m);
  assert.doesNotMatch(server.process.stderr, /a proxy is not trusted/);
}

const [make] = makes();

for (const proxy of [NGINX, CADDY]) {
  Deno.test({
    name: `behind ${proxy.name} with https the client's address counts and the cookie is Secure`,
    ignore: !has(proxy.name) || !has("curl"),
    fn: () =>
      play({
        make: make ?? assert.fail(),
        env: {
          ...Object.fromEntries(
            recipe("sh", "TOKEN_SERVER_TRUSTED_PROXIES").trim().split("\n").map((line) => line.split("=")),
          ),
          TOKEN_SERVER_LOG_FORMAT: "logfmt",
        },
      }, (scene) => tryProxy(scene, proxy)),
  });
}

relayed(
  "curl",
  "the lines for curl answer the token, ask Twitch and say something",
  async ({ scene, server, helix, account }) => {
    const outputs: string[] = [];
    for (const mark of ["/token?id=ID", "/helix/users"]) {
      for (const line of filled(recipe("sh", mark), server, account).trim().split("\n")) {
        outputs.push(await run("sh", "-c", line));
      }
    }
    const [token = "", users = "", said = ""] = outputs;
    assert.ok(scene.sim.isLive(token), "no line end");
    assert.equal(JSON.parse(users).data[0].login, account.login);
    assert.equal(said, "Message sent");
    assert.deepEqual(helix.channel(account.login).done, ["say Back in five minutes"]);
  },
);

relayed(
  "python3",
  "the script for OBS makes a clip, once for each press",
  async ({ scene, server, helix, account }) => {
    helix.channel(account.login).live = true;
    const stand = `${scene.directory}/obs`;
    await Deno.mkdir(stand);
    await Deno.writeTextFile(`${stand}/obspython.py`, "OBS_INVALID_HOTKEY_ID = 0\n");
    const script = filled(recipe("python", "obspython"), server, account);
    await Deno.writeTextFile(`${stand}/script.py`, `${script}\nmake_clip(False)\nmake_clip(True)\n`);
    const output = await run("python3", `${stand}/script.py`);
    // The id stands in it, as it would in OBS.
    await Deno.remove(stand, { recursive: true });
    assert.match(output, /^Clip on its way: /);
    assert.deepEqual(helix.channel(account.login).done, ["clip"]);
  },
);

withRelay("what the recipe for Home Assistant asks is answered so", async ({ server, account }) => {
  const [status = "", clip = ""] = filled(recipe("yaml", "rest_command"), server, account)
    .replaceAll("192.168.1.20:8948", `127.0.0.1:${server.port}`).match(/http:\S+/g) ?? [];
  assert.equal((await (await fetch(status)).json()).health, "connected");
  const pressed = await fetch(clip, { method: "POST" });
  assert.match(await pressed.text(), /^Clip on its way: /);
});

withRelay("what the recipe for Node-RED asks is answered so", async ({ server, helix, account }) => {
  const [, streams = "", say = ""] =
    RECIPES.match(/An _http request_ node[^]*?`(http[^`]+)`[^]*?`(http[^`]+)`/) ?? [];
  const at = (url: string): string =>
    filled(url, server, account).replace("192.168.1.20:8948", `127.0.0.1:${server.port}`);
  await (await fetch(at(streams))).body?.cancel();
  const { path, login } = helix.arrived.at(-1) ?? assert.fail();
  assert.deepEqual([path.replace(/\d+/, "ME"), login], ["streams?user_id=ME", account.login]);
  assert.equal(await (await fetch(at(say), { method: "POST", body: "hello" })).text(), "Message sent");
});
