/** What people get wrong, by the real program: the right exit status, and a message that says what to do. */
import assert from "node:assert/strict";
import { type Ended, makes } from "../support/real_program.ts";
import { ask, play, playAll, type Scene } from "../support/scene.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { FOR_THE_FILE } from "../support/postgres_databases.ts";

function assertEnds(ended: Ended, code: number, ...words: readonly RegExp[]): void {
  assert.equal(ended.code, code, ended.stdout + ended.stderr);
  for (const word of words) assert.match(ended.stderr, word);
}

interface Wrong {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly says: readonly RegExp[];
}

const WRONG: Readonly<Record<string, Wrong>> = {
  "an unknown command": { args: ["sevre"], says: [/"sevre": there is no such command/, /--help/] },
  "an unknown command of accounts": { args: ["accounts", "lst"], says: [/unknown command 'lst'/, /list/] },
  "an unknown option": { args: ["serve", "--prot", "8948"], says: [/unknown option '--prot'/, /--port/] },
  "a bad port": { args: ["serve", "--port", "89480"], says: [/TOKEN_SERVER_PORT \(--port\) is "89480"/] },
  "a missing name": { args: ["accounts", "show"], says: [/missing required argument 'alias'/] },
  "two ways to sign in": { args: ["login", "--paste", "--device"], says: [/--device and --paste/] },
  "an unknown preset": { args: ["login", "--preset", "all"], says: [/companion-3/] },
  "a client id with words around it": {
    args: ["serve"],
    env: { TWITCH_CLIENT_ID: "Client ID: c0nfidentia1appf0rsimulati0n01" },
    says: [/TWITCH_CLIENT_ID/, /without the words around it/],
  },
  "DENO_SERVE_ADDRESS": {
    args: ["serve"],
    env: { DENO_SERVE_ADDRESS: "tcp:127.0.0.1:1" },
    says: [/DENO_SERVE_ADDRESS/, /unset/],
  },
  "an address that is not of this machine": {
    args: ["serve", "--host", "203.0.113.1"],
    says: [/Cannot listen on 203\.0\.113\.1/, /TOKEN_SERVER_HOST/],
  },
  "several settings at once": {
    args: ["--log-level", "loud", "serve"],
    env: { TOKEN_SERVER_PORT: "x", TOKEN_SERVER_METRICS: "maybe", TWITCH_REDIRECT_URI: "http://pi/callback" },
    says: [
      /TOKEN_SERVER_LOG_LEVEL/,
      /TOKEN_SERVER_PORT/,
      /TOKEN_SERVER_METRICS/,
      /TWITCH_REDIRECT_URI/,
    ],
  },
};

for (const make of makes()) {
  Deno.test(`${make.name}: what is wrong in arguments and settings is named, exit 2`, async (t) => {
    for (const [what, { args, env, says }] of Object.entries(WRONG)) {
      await t.step(what, () =>
        play({ make }, async (scene) => {
          const ended = await scene.run(args, env === undefined ? {} : { env });
          assertEnds(ended, 2, ...says);
          assert.equal(ended.stdout, "");
        }));
    }
  });

  Deno.test(`${make.name}: a reader of the output that leaves early is no bug`, async () => {
    using directory = temporaryDirectory();
    const child = new Deno.Command(make.command, {
      args: [...make.args, "config"],
      cwd: directory.path,
      env: { ...make.env },
      clearEnv: true,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await child.stdout.cancel();
    const [stderr, { code }] = await Promise.all([new Response(child.stderr).text(), child.status]);
    assert.deepEqual([code, stderr], [0, ""]);
  });

  Deno.test(`${make.name}: a port that is in use is named, exit 4`, () =>
    play({ make }, async (scene) => {
      for (const hostname of ["127.0.0.1", "0.0.0.0"]) {
        using other = Deno.listen({ hostname, port: 0 });
        const { port } = other.addr as Deno.NetAddr;
        assertEnds(await scene.run(["serve", "--port", `${port}`]), 4, new RegExp(`port ${port} is taken`));
      }
      await scene.serve();
    }));

  Deno.test(
    `${make.name}: a second server on one data directory ends at once, exit 4, and disturbs nothing`,
    FOR_THE_FILE,
    () =>
      play({ make }, async (scene) => {
        const server = await scene.serve();
        const { id } = await scene.signIn();
        assertEnds(
          await scene.run(["serve", "--port", "0"]),
          4,
          /another companion-token-server/,
          /TOKEN_SERVER_DATA_DIR/,
        );
        assert.equal((await ask(server, id)).status, 200);
        assertEnds(await scene.run(["accounts", "list"]), 0);
      }),
  );

  Deno.test(`${make.name}: a data directory that cannot be one is named, exit 2`, () =>
    play({ make }, async (scene) => {
      await Deno.writeTextFile(scene.data, "a file");
      for (const args of [["serve"], ["accounts", "list"], ["login"]]) {
        assertEnds(await scene.run(args), 2, /Cannot use \.\/data/, /TOKEN_SERVER_DATA_DIR/);
      }
      assert.equal(await Deno.readTextFile(scene.data), "a file");
    }));

  Deno.test(`${make.name}: a wrong client secret is named by its setting, exit 3`, () =>
    play({ make }, async (scene) => {
      const env = { TWITCH_CLIENT_SECRET: "n0tthesecret0fthissimu1ati0n" };
      const login = scene.start(["login", "--paste", "--json"], { env });
      const { authorizeUrl } = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
      await login.type(await scene.sim.signIn(authorizeUrl));
      assertEnds(await login.ended(), 3, /client id or secret/, /TWITCH_CLIENT_SECRET/);
      assertEnds(await scene.run(["accounts", "list", "--json"]), 0);
    }));

  Deno.test(`${make.name}: a wrong client secret is told before anybody is sent away with a device code`, () =>
    play({ make }, async (scene) => {
      const env = { TWITCH_CLIENT_SECRET: "n0tthesecret0fthissimu1ati0n" };
      assertEnds(
        await scene.run(["login", "--device"], { env }),
        3,
        /client id or secret/,
        /TWITCH_CLIENT_SECRET/,
      );
      assert.equal(scene.sim.counters.requests.device, 0);
    }));

  for (const server of [true, false]) {
    Deno.test(`${make.name}: a wrong paste ${server ? "beside" : "without"} a server says what to do and touches nothing`, () =>
      play({ make }, async (scene) => await pasteWrongly(scene, server)));
  }
}

Deno.test("a sign-in that is denied on the page of the code ends with exit 3", () =>
  playAll({}, async (scene) => {
    const login = scene.start(["login", "--device", "--json"]);
    scene.sim.denyDevice(JSON.parse((await login.printed(/^\{.*\}$/m))[0]).userCode);
    assertEnds(await login.ended(), 3, /begin the sign-in again/);
  }));

interface Paste {
  readonly code: number;
  readonly says: RegExp;
  /** What is pasted, of what Twitch would have sent; undefined is the end of the input. */
  text(address: URL): string | undefined;
}

function withQuery(address: URL, change: (query: URLSearchParams) => void): string {
  const changed = new URL(address);
  change(changed.searchParams);
  return changed.href;
}

function failed(address: URL, base: string, error: string): string {
  return `${base}?error=${error}&error_description=x&state=${address.searchParams.get("state")}`;
}

const PASTES: Readonly<Record<string, Paste>> = {
  "another site": {
    code: 2,
    says: /another site, example\.com/,
    text: (address) => `https://example.com/callback${address.search}`,
  },
  "Twitch's own page": {
    code: 2,
    says: /approve there first/,
    text: () => "https://id.twitch.tv/oauth2/authorize?client_id=x",
  },
  "no code": { code: 2, says: /no code/, text: ({ origin, pathname }) => origin + pathname },
  "a sentence": { code: 2, says: /neither an address nor a code/, text: () => "it says page not found" },
  "nothing": { code: 2, says: /nothing was pasted/, text: () => "" },
  "the end of the input": { code: 2, says: /nothing was pasted/, text: () => undefined },
  "cancelled": {
    code: 3,
    says: /cancelled/,
    text: (address) => failed(address, address.origin + address.pathname, "access_denied"),
  },
  "redirect_mismatch on another site": {
    code: 3,
    says: /exactly http:\/\/localhost:8948\/callback/,
    text: (address) => failed(address, "https://example.com/first", "redirect_mismatch"),
  },
  "a stale state": {
    code: 3,
    says: /begin the sign-in again/i,
    text: (address) => withQuery(address, (query) => query.set("state", "0".repeat(43))),
  },
  "a wrong code": {
    code: 3,
    says: /does not accept this code/,
    text: (address) => withQuery(address, (query) => query.set("code", "0".repeat(30))),
  },
};

async function pasteWrongly(scene: Scene, besideServer: boolean): Promise<void> {
  const server = besideServer ? await scene.serve() : undefined;
  const { id } = await scene.signIn();
  const before = await scene.run(["accounts", "list", "--json"]);
  for (const [what, { code, says, text }] of Object.entries(PASTES)) {
    const login = scene.start(["login", "--paste", "--json"]);
    const { authorizeUrl } = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
    const pasted = text(new URL(await scene.sim.signIn(authorizeUrl)));
    if (pasted === undefined) await login.endInput();
    else await login.type(pasted);
    const ended = await login.ended();
    assert.equal(ended.code, code, `${what}: ${ended.stderr}`);
    assert.match(ended.stderr, says, what);
    assert.equal(ended.stderr.trim().split("\n").length, 2, `${what}: message and hint`);
  }
  const after = await scene.run(["accounts", "list", "--json"]);
  assert.equal(after.stdout, before.stdout);
  assert.match(after.stdout, /"health":"connected"/);
  if (server !== undefined) assert.ok(scene.sim.isLive((await ask(server, id)).body));
}
