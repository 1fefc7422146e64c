import assert from "node:assert/strict";
import { HOUR } from "../../src/core/account.ts";
import { draw, signOf } from "../../src/http/picture.ts";
import { AWAY } from "../support/scripted_twitch.ts";
import { readPng } from "../support/png_file.ts";
import { signedIn } from "../support/world.ts";
import { assertLine, ended, fromLan, type House, house, idOf, tokenOf } from "./house.ts";

const UNKNOWN = "0b5e2f6c-1111-4222-8333-944445555666";

async function assertShows(answer: Response, line: string): Promise<void> {
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "image/png");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.deepEqual(readPng(new Uint8Array(await answer.arrayBuffer())), draw(signOf(line)));
}

/** Both forms of the same question, the words compared with `line`. */
async function assertSays(home: House, query: string, line: string): Promise<void> {
  assert.equal(await (await home.ask(`/status.txt${query}`, fromLan())).text(), line);
  await assertShows(await home.ask(`/status.png${query}`, fromLan()), line);
}

Deno.test("GET /status.png shows the words of /status.txt in every state of a login", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  home.world.twitch.away = AWAY;
  const query = `?id=${idOf(home, login)}`;
  await assertSays(home, query, "OK 4h00");
  await assertSays(home, query, "OK 4h00");
  await home.world.clock.advance(2 * HOUR);
  await assertSays(home, query, "OK 2h00");
  await home.world.clock.advance(3 * HOUR);
  await assertSays(home, query, "TWITCH AWAY");
  await ended(home, login);
  await assertSays(home, query, "SIGN IN");
});

Deno.test("GET /status.png shows UNKNOWN ID for what is no id, and is never throttled", async () => {
  const home = await house();
  for (const query of ["", "?id=", "?id=x", `?id=${UNKNOWN}`]) await assertSays(home, query, "UNKNOWN ID");
  for (let times = 0; times < 40; times++) await home.ask(`/status.png?id=${UNKNOWN}`, fromLan());
  await assertSays(home, `?id=${UNKNOWN}`, "UNKNOWN ID");
});

Deno.test("GET /status.png under another host name is 421 without the id of an account", async () => {
  const home = await house();
  const id = idOf(home, await signedIn(home.world));
  const evil = fromLan({ host: "evil.example" });
  for (const query of ["", "?id=x", `?id=${UNKNOWN}`]) {
    await assertLine(await home.ask(`/status.png${query}`, evil), 421);
  }
  await assertShows(await home.ask(`/status.png?id=${id}`, evil), "OK 4h00");
});

Deno.test("HEAD /status.png answers like GET, other methods are 405", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const path = `/status.png?id=${idOf(home, login)}`;
  const get = await home.ask(path, fromLan());
  const head = await home.ask(path, fromLan({ method: "HEAD" }));
  const length = String((await get.arrayBuffer()).byteLength);
  assert.equal(head.status, 200);
  assert.deepEqual(Object.fromEntries(head.headers), {
    ...Object.fromEntries(get.headers),
    "content-length": length,
  });
  assert.equal(await head.text(), "");
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const answer = await home.ask(path, fromLan({ method }));
    assert.equal(answer.headers.get("allow"), "GET, HEAD");
    await assertLine(answer, 405, [tokenOf(login)]);
  }
});

Deno.test("GET /status.png answers no picture when the server itself fails, and no details", async () => {
  const failing = {
    now: () => {
      throw new Error("secret detail");
    },
    sleep: () => Promise.resolve(),
  };
  const home = await house(undefined, { clock: failing });
  const path = `/status.png?id=${idOf(home, await signedIn(home.world))}`;
  await assertLine(await home.ask(path, fromLan()), 500, ["detail"]);
  assert.deepEqual(home.world.log.events("error"), ["bug while answering a request"]);
});
