/**
 * The request code of Companion's module, as its versions have it, against the real program. Versions 1.0.x ask by got 9
 * with `json: true`; 2.x and 3.x by got 12 without options, and take every quotation mark out of the text.
 */
import assert from "node:assert/strict";
import got9 from "got";
import { got as got12 } from "got-cjs";
import { CountingRelay } from "../support/counting_relay.ts";
import { makes, type RealServer } from "../support/real_program.ts";
import { ask, play, playAll, type Scene, statusLine, until } from "../support/scene.ts";
import { tooManyRequests } from "../support/simulated_twitch/faults.ts";

interface Module {
  readonly name: string;
  /** What the module says of itself. */
  readonly agent: RegExp;
  readonly accept: string | undefined;
  /** The token as the module goes on to use it; rejects with got's `HTTPError`. */
  token(customServerUrl: string, id: string): Promise<unknown>;
}

const MODULES: readonly Module[] = [
  {
    name: "module 1",
    agent: /^got\/9\.6\.0 /,
    accept: "application/json",
    async token(customServerUrl, id) {
      return (await got9(`${customServerUrl}?id=${id}`, { json: true })).body;
    },
  },
  {
    name: "modules 2 and 3",
    agent: /^got \(/,
    accept: undefined,
    async token(customServerUrl, id) {
      return (await got12.get(`${customServerUrl}?id=${id}`)).body.replace(/['"]+/g, "");
    },
  },
];

/** What people type as the address, where PORT is. */
const ADDRESSES = [
  "http://127.0.0.1:PORT",
  "http://127.0.0.1:PORT/",
  "http://127.0.0.1:PORT/token",
  "http://127.0.0.1:PORT/token/",
  "http://127.0.0.1:PORT/token ",
  "http://127.0.0.1:PORT/token?id=",
  "http://127.0.0.1:PORT/token?x=1",
  "http://127.0.0.1:PORT/?id=",
  "http://127.0.0.1:PORT/twitch/auth",
  "http://user:password@127.0.0.1:PORT/token",
  "http://localhost:PORT/token",
];

/** What people type as the id. */
const IDS: readonly ((id: string) => string)[] = [
  (id) => id.toUpperCase(),
  (id) => `{${id}}`,
  (id) => ` ${id} `,
  (id) => `?id=${id}`,
  (id) => ` {${id.toUpperCase()}} `,
];

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

function statusOf(error: unknown): number | undefined {
  const { statusCode, response } = error as { statusCode?: number; response?: { statusCode: number } };
  return statusCode ?? response?.statusCode;
}

async function refusal(asked: Promise<unknown>): Promise<number | undefined> {
  return await asked.then((token) => assert.fail(`answered ${token}`), statusOf);
}

function headerIn(request: string | undefined, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)\r$`, "im").exec(request ?? "")?.[1];
}

for (const make of makes()) {
  for (const module of MODULES) {
    Deno.test(`${make.name}: ${module.name} gets its token whatever way address and id are typed`, () =>
      play({ make }, async (scene) => {
        const server = await scene.serve();
        await assertTokens(scene, module, server, (await scene.signIn()).id);
      }));
  }

  Deno.test(`${make.name}: modules ask once for an unknown id and for a login that has ended`, () =>
    play({ make }, async (scene) => {
      const server = await scene.serve();
      const { id, alias, login } = await scene.signIn();
      const { status, body } = await ask(server, id);
      assert.deepEqual([status, body.length], [200, 30]);
      scene.sim.disconnect(login, scene.client.id);
      assert.equal((await scene.run(["accounts", "refresh", alias])).code, 3);
      const rows: readonly (readonly [string, number])[] = [[crypto.randomUUID(), 404], [id, 409], [
        "x",
        400,
      ]];
      for (const module of MODULES) {
        for (const [text, expected] of rows) {
          await using relay = new CountingRelay(server.port);
          const refused = await refusal(module.token(`http://127.0.0.1:${relay.port}/token`, text));
          assert.equal(refused, expected, module.name);
          assert.equal(relay.requests.length, 1);
        }
      }
    }));
}

async function assertTokens(scene: Scene, module: Module, server: RealServer, id: string): Promise<void> {
  const { body: token } = await ask(server, id);
  assert.ok(scene.sim.isLive(token));
  {
    await using relay = new CountingRelay(server.port);
    assert.equal(await module.token(`http://127.0.0.1:${relay.port}/token`, id), token);
    const [request] = relay.requests;
    assert.match(headerIn(request, "user-agent") ?? "", module.agent);
    assert.equal(headerIn(request, "accept"), module.accept, "asks as the module does");
  }
  const addresses = [...ADDRESSES, ...hasIpv6() ? ["http://[::1]:PORT/token"] : []];
  for (const address of addresses) {
    const url = address.replace("PORT", `${server.port}`);
    assert.equal(await module.token(url, id), token, address);
  }
  for (const typed of IDS) {
    assert.equal(await module.token(`${server.origin}/token`, typed(id)), token, typed("ID"));
  }
}

/** Seconds that Twitch asks us to wait: longer than a question is held, shorter than held question and got's pause. */
const BUSY = 9;

Deno.test("modules bridge a Twitch that is away: held, 503 with Retry-After, and the token at the next try", () =>
  playAll({ twitch: { accessTokenLife: 2 } }, async (scene) => {
    const { sim } = scene;
    const server = await scene.serve();
    sim.faults.add({
      endpoint: "token",
      grantType: "refresh_token",
      when: "before",
      kind: tooManyRequests(BUSY),
    });
    const { id } = await scene.signIn();
    sim.switches.accessTokenLife = 3600;
    await until(async () => await statusLine(server, id) === "TWITCH AWAY");
    await Promise.all(MODULES.map(async (module) => {
      await using relay = new CountingRelay(server.port);
      const token = await module.token(`http://127.0.0.1:${relay.port}/token`, id);
      assert.ok(sim.isLive(String(token)), module.name);
      const statuses = relay.answers.map((answer) => answer.split(" ")[1]);
      assert.deepEqual(statuses, ["503", "200"], module.name);
      assert.equal(headerIn(relay.answers[0], "retry-after"), "5");
    }));
    assert.equal(sim.counters.refreshes.get(1), 1);
  }));
