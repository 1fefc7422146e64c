/** The relay in the real program, called as Companion's Generic HTTP module calls it, against a simulated Helix. */
import assert from "node:assert/strict";
import { type Method, MODULES } from "../support/generic_http.ts";
import { killToken, withRelay } from "../support/relay_stage.ts";
import { ask } from "../support/scene.ts";
import type { Fault } from "../support/simulated_twitch/faults.ts";
import {
  CONFIDENTIAL_CLIENT,
  FIRST_USER,
  PUBLIC_CLIENT,
  SECOND_USER,
} from "../support/simulated_twitch/options.ts";

/** Companion gives a press up after this, in milliseconds. */
const COMPANION_WAITS = 5000;

withRelay("the relay passes on what the module sends, with token and client id", async (stage) => {
  const { scene, server, helix, account, at } = stage;
  const { body: token } = await ask(server, account.id);
  const me = FIRST_USER.id;
  const ids = { broadcaster_id: "{me}" };
  const rows: [method: Method, path: string, body: unknown, arrived: string, sent: string][] = [
    ["get", "users", undefined, "users", ""],
    ["get", "users?id={me}", undefined, `users?id=${me}`, ""],
    ["get", "users?id=%7Bme%7D&login=kohosuto", undefined, `users?id=${me}&login=kohosuto`, ""],
    ["get", "x/{me}", undefined, `x/${me}`, ""],
    [
      "post",
      "channels/commercial",
      { ...ids, length: 30 },
      "channels/commercial",
      `{"broadcaster_id":"${me}","length":30}`,
    ],
    ["post", "streams/markers", { user_id: "{me}" }, "streams/markers", `{"user_id":"${me}"}`],
    [
      "patch",
      "channels?broadcaster_id={me}",
      { title: "Über" },
      `channels?broadcaster_id=${me}`,
      '{"title":"Über"}',
    ],
    ["post", "clips?broadcaster_id={me}", {}, `clips?broadcaster_id=${me}`, ""],
    [
      "post",
      `raids?from_broadcaster_id={me}&to_broadcaster_id=${SECOND_USER.id}`,
      "[object Object]",
      `raids?from_broadcaster_id=${me}&to_broadcaster_id=${SECOND_USER.id}`,
      "",
    ],
    ["delete", "raids?broadcaster_id={me}", {}, `raids?broadcaster_id=${me}`, ""],
    ["delete", "raids?broadcaster_id={me}", "[object Object]", `raids?broadcaster_id=${me}`, ""],
    ["put", "x?id={me}", { a: "{me}" }, `x?id=${me}`, `{"a":"${me}"}`],
  ];
  for (const module of MODULES) {
    helix.channel(FIRST_USER.login).adCooldown = 0;
    for (const [method, path, body, arrived, sent] of rows) {
      const before = helix.arrived.length;
      const answer = await module.send(method, at(`helix/${path}`), body);
      assert.equal(helix.arrived.length, before + 1, `${module.name} ${method} ${path}: ${answer.body}`);
      const last = helix.arrived.at(-1);
      assert.deepEqual(
        [last?.method, last?.path, last?.body, last?.clientId, last?.login],
        [method.toUpperCase(), arrived, sent, CONFIDENTIAL_CLIENT.id, FIRST_USER.login],
      );
      assert.equal(scene.sim.requests.at(-1)?.token, token);
    }
  }
  const limits = await fetch(at("helix/users"));
  assert.equal(JSON.parse(await limits.text()).data[0].id, me);
  assert.match(limits.headers.get("ratelimit-remaining") ?? "", /^\d+$/);
});

const ANSWERS_503: Pick<Fault, "endpoint" | "kind"> = {
  endpoint: "helix",
  kind: {
    kind: "answer",
    status: 503,
    headers: { "content-type": "text/html" },
    body: "<html>\n<p>busy</p>",
  },
};

withRelay(
  "repeats of GET and DELETE do no harm, and a POST arrives once",
  async ({ scene, helix, at, state }) => {
    const channel = helix.channel(FIRST_USER.login);
    for (const module of MODULES) {
      channel.raiding = "kohosuto";
      channel.done.length = 0;
      scene.sim.faults.add({ ...ANSWERS_503, when: "after" });
      // What was done although its answer said 503 is not done twice: there is no raid any more.
      const cancelled = await module.send("delete", at("helix/raids?broadcaster_id={me}"));
      assert.deepEqual([cancelled.status, channel.done], [404, ["cancel-raid"]], module.name);

      scene.sim.faults.add({ ...ANSWERS_503, when: "before" });
      const got = await module.send("get", at("helix/users"));
      assert.equal(got.status, 200, module.name);

      for (const path of ["ad", "helix/channels/commercial"]) {
        const before = scene.sim.requests.length;
        scene.sim.faults.add({ ...ANSWERS_503, when: "before" });
        const failed = await module.send("post", at(path), path === "ad" ? "60" : { broadcaster_id: "{me}" });
        assert.equal(failed.status, 503);
        assert.doesNotMatch(failed.body, /[\r\n]/);
        assert.equal(scene.sim.requests.length, before + 1, module.name);
        assert.equal(await state(), "AD 503");
      }
      assert.equal(scene.sim.faults.pending, 0);
    }
  },
);

for (const client of [CONFIDENTIAL_CLIENT, PUBLIC_CLIENT]) {
  const type = client.secret === undefined ? "public" : "confidential";
  withRelay(`a press works although the token has died, with one refresh (${type} app)`, async (stage) => {
    const { scene, server, helix, account, at } = stage;
    await killToken(stage);
    const before = scene.sim.counters.requests.token;
    const [module] = MODULES;
    const answer = await module?.send("post", at("ad"), "30");
    assert.deepEqual(answer, { status: 200, body: "Ad of 30 s started, next in 8 min" });
    assert.equal(scene.sim.counters.requests.token, before + 1);
    assert.deepEqual(helix.channel(FIRST_USER.login).done, ["ad 30"]);
    assert.ok(scene.sim.isLive((await ask(server, account.id)).body));
  }, { client });

  withRelay(`twenty presses at once on a dead token make one refresh (${type} app)`, async (stage) => {
    const { scene, helix, at } = stage;
    await killToken(stage);
    const before = scene.sim.counters.requests.token;
    const presses = Array.from({ length: 20 }, (_, at) => `press ${at}`);
    const answers = await Promise.all(presses.map((text) => MODULES[0]?.send("post", at("say"), text)));
    for (const answer of answers) assert.deepEqual(answer, { status: 200, body: "Message sent" });
    assert.equal(scene.sim.counters.requests.token, before + 1);
    const done = presses.map((text) => `say ${text}`);
    assert.deepEqual(helix.channel(FIRST_USER.login).done.toSorted(), done.toSorted());
  }, { client });
}

withRelay("Companion gets its answer in time while Twitch hangs or is gone", async ({ scene, at }) => {
  const press = async (path: string, method = "POST") => {
    const signal = AbortSignal.timeout(COMPANION_WAITS);
    const response = await fetch(at(path), { method, ...(method === "POST" && { body: "30" }), signal });
    return { status: response.status, body: await response.text() };
  };
  scene.sim.faults.add({ endpoint: "helix", when: "before", kind: { kind: "hang" }, times: 2 });
  const [pressed, got] = await Promise.all([press("ad"), press("helix/users", "GET")]);
  assert.deepEqual(pressed, { status: 503, body: "Cannot ask Twitch: it did not answer in time" });
  assert.equal(got.status, 424);
  await scene.twitchGoes();
  assert.deepEqual(await press("ad"), { status: 503, body: "Cannot ask Twitch: it cannot be reached" });
  scene.twitchReturns();
  assert.equal((await press("ad")).status, 200);
});

/** A listener that nothing may reach. */
class Elsewhere implements AsyncDisposable {
  count = 0;
  readonly port: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
      this.count++;
      return Response.json({ data: [] });
    });
    this.port = this.#server.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Sends a request with this target as it stands, and gives the status. */
async function sendRaw(port: number, target: string): Promise<number> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const text = await new Response(connection.readable).text();
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
}

withRelay("nothing but Helix is ever reached, however the path is written", async (stage) => {
  const { scene, server, helix, account } = stage;
  await using elsewhere = new Elsewhere();
  const there = `127.0.0.1:${elsewhere.port}`;
  const paths = [
    ...[`//${there}/x`, `/${there}/x`, `@${there}/x`, `x@${there}/`, `http://${there}/x`, `http:/${there}/x`],
    ...[
      `http:%2f%2f${there}%2fx`,
      `%2f%2f${there}/x`,
      `\\\\${there}\\x`,
      `%5c%5c${there}/x`,
      `:${elsewhere.port}/x`,
    ],
    ...["../oauth2/validate", "../../oauth2/validate", "%2e%2e/oauth2/validate", "..%2foauth2%2fvalidate"],
    ...[
      "users/../../oauth2/validate",
      ".%2e/oauth2/validate",
      "..\\oauth2\\validate",
      "%2e%2e%5coauth2%5cvalidate",
    ],
    ...[
      "..;/oauth2/validate",
      "%252e%252e/oauth2/validate",
      "./users",
      "users//",
      "%00",
      "users%0d%0aHost:%20x",
    ],
    ...[`users%20HTTP/1.1%0d%0aHost:%20${there}`, "."],
  ];
  const before = scene.sim.requests.length;
  for (const path of paths) {
    assert.equal(await sendRaw(server.port, `/as/${account.id}/helix/${path}`), 400, path);
  }
  assert.equal(scene.sim.requests.length, before);

  const queries = [
    `?x=@${there}`,
    `?@${there}/`,
    "?x=%0d%0aHost:%20evil",
    "?/../../oauth2/validate",
    "?#x",
    "??x",
  ];
  for (const query of queries) {
    assert.equal(await sendRaw(server.port, `/as/${account.id}/helix/users${query}`), 200, query);
    assert.match(helix.arrived.at(-1)?.path ?? "", /^users(\?|$)/);
  }
  // A fragment belongs in no request: newer versions of Deno hand it on and it is refused, older ones cut it off.
  assert.ok([200, 400].includes(await sendRaw(server.port, `/as/${account.id}/helix/users#@${there}`)));
  assert.equal(await sendRaw(server.port, `http://${there}/as/${account.id}/helix/users`), 200);
  const fresh = scene.sim.requests.slice(before);
  assert.deepEqual(new Set(fresh.map(({ endpoint }) => endpoint)), new Set(["helix"]));
  assert.equal(elsewhere.count, 0);

  await server.stop();
  const astray = await scene.serve([], { env: { TWITCH_API_URL: `http://${there}/helix` } });
  assert.equal(await sendRaw(astray.port, `/as/${account.id}/helix/users`), 200);
  assert.equal(elsewhere.count, 1, "the program can reach the listener, and the listener counts");
});
