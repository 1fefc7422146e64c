import assert from "node:assert/strict";
import { createHandler, type Routes } from "../../src/http/handler.ts";
import { createQuestionRoom } from "../../src/http/question_room.ts";
import { signedIn, world } from "../support/world.ts";

const PEER = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1" } };

/** A handler whose routes answer their path, made as often as `made` says. */
async function lazy(fails = 0) {
  const around = await world();
  const { roster, refresher, log, clock } = around;
  const room = createQuestionRoom({ roster, refresher, log, clock, hosts: { allowed: () => [] } });
  const routes: Routes = { fetch: ({ url }) => new Response(new URL(url).pathname) };
  const made = { times: 0 };
  const handler = createHandler(room, () => {
    made.times++;
    return made.times <= fails ? Promise.reject(new Error("a file is gone")) : Promise.resolve(routes);
  });
  const get = async (path: string, method = "GET"): Promise<Response> =>
    await handler(
      new Request(`http://localhost:8948${path}`, { method, headers: { host: "localhost" } }),
      PEER,
    );
  return { around, get, made, log };
}

Deno.test("createHandler() makes the routes at the first request for any of them, and once", async () => {
  const { get, made } = await lazy();
  const answers = await Promise.all(["/", "/healthz", "/status?id=x"].map((path) => get(path)));
  assert.deepEqual(await Promise.all(answers.map((answer) => answer.text())), ["/", "/healthz", "/status"]);
  assert.equal((await get("/help", "HEAD")).headers.get("content-length"), "5");
  assert.equal(made.times, 1);
});

Deno.test("createHandler() makes no routes for token questions, good or bad", async () => {
  const { around, get, made } = await lazy();
  const login = await signedIn(around);
  const id = around.roster.ids.of(login)[0]?.id.reveal();
  assert.equal((await get(`/token?id=${id}`)).status, 200);
  assert.equal((await get("/token", "HEAD")).status, 400);
  assert.equal((await get(`/token?id=${crypto.randomUUID()}`)).status, 404);
  assert.equal((await get(`/?id=${id}`, "POST")).status, 405);
  assert.equal(made.times, 0);
});

Deno.test("createHandler() answers 500 where the routes cannot be made, tells of it, and tries anew", async () => {
  const { get, made, log } = await lazy(1);
  assert.equal((await get("/")).status, 500);
  assert.match(JSON.stringify(log), /a file is gone/);
  assert.equal(await (await get("/help")).text(), "/help");
  assert.equal(made.times, 2);
});
