import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { around, ended, fromLan, house, idOf, tokenOf } from "./house.ts";
import { AWAY } from "../support/scripted_twitch.ts";
import { restarted, SCOPES, signedIn } from "../support/world.ts";

const UNKNOWN = "0b5e2f6c-1111-4222-8333-944445555666";

async function assertJson(answer: Response, status: number): Promise<Record<string, unknown>> {
  assert.equal(answer.status, status);
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal(answer.headers.get("access-control-allow-origin"), null);
  return await answer.json();
}

Deno.test("GET /token.json answers the token and what a client needs beside it", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const answer = await home.ask(`/token.json?id=${idOf(home, login)}`, fromLan());
  assert.deepEqual(await assertJson(answer, 200), {
    access_token: tokenOf(login),
    client_id: "app-1",
    user_id: "12345",
    login: "nightowl",
    scopes: [...SCOPES],
    expires_at: new Date(home.world.clock.now() + 4 * HOUR).toISOString(),
  });
});

Deno.test("GET /token.json says null where Twitch told no expiry", async () => {
  const home = await house();
  home.world.twitch.life = () => Number.POSITIVE_INFINITY;
  const login = await signedIn(home.world);
  const answer = await assertJson(await home.ask(`/token.json?id=${idOf(home, login)}`, fromLan()), 200);
  assert.equal(answer["expires_at"], null);
  const line = await home.ask(`/status.txt?id=${idOf(home, login)}`, fromLan());
  assert.equal(await line.text(), "OK NOW");
});

Deno.test("GET /token.json answers errors as JSON with a stable code", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const id = idOf(home, login);
  for (
    const [query, status, code] of [["", 400, "usage"], ["?id=x", 400, "usage"], [
      `?id=${UNKNOWN}`,
      404,
      "not_found",
    ]]
  ) {
    const body = await assertJson(await home.ask(`/token.json${query}`, fromLan()), status as number);
    assert.equal(body["code"], code);
    assert.equal(typeof body["message"], "string");
    assert.deepEqual(Object.keys(body), ["code", "message"]);
  }
  await ended(home, login);
  assert.equal(
    (await assertJson(await home.ask(`/token.json?id=${id}`, fromLan()), 409))["code"],
    "needs_login",
  );
});

Deno.test("GET /token.json answers 503 with Retry-After while no token is to be had", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  home.world.twitch.away = AWAY;
  await home.world.clock.advance(5 * HOUR);
  const asking = home.ask(`/token.json?id=${idOf(home, login)}`, fromLan());
  await home.world.clock.advance(6 * SECOND);
  const answer = await asking;
  assert.equal(answer.headers.get("retry-after"), "5");
  assert.equal((await assertJson(answer, 503))["code"], "unavailable");
});

Deno.test("GET /token.json throttles wrong ids, and no others", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  let last = 0;
  for (let times = 0; times < 40; times++) {
    last = (await home.ask(`/token.json?id=${UNKNOWN}`, fromLan())).status;
  }
  assert.equal(last, 429);
  assert.equal((await home.ask(`/token.json?id=${idOf(home, login)}`, fromLan())).status, 200);
  assert.equal((await home.ask(`/status?id=${UNKNOWN}`, fromLan())).status, 404);
});

Deno.test("GET /status answers 200 for every known id, whatever its state", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const path = `/status?id=${idOf(home, login)}`;
  const start = home.world.clock.now();
  const expires = new Date(start + 4 * HOUR).toISOString();
  assert.deepEqual(await assertJson(await home.ask(path, fromLan()), 200), {
    health: "connected",
    since: null,
    reason: null,
    expires_at: expires,
    last_refresh: null,
  });
  await ended(home, login);
  assert.deepEqual(await assertJson(await home.ask(path, fromLan()), 200), {
    health: "needs_login",
    since: new Date(start).toISOString(),
    reason: "refused",
    expires_at: new Date(start).toISOString(),
    last_refresh: null,
  });
  assert.equal((await assertJson(await home.ask("/status?id=x", fromLan()), 400))["code"], "usage");
  assert.equal((await assertJson(await home.ask("/status", fromLan()), 400))["code"], "usage");
  assert.equal(
    (await assertJson(await home.ask(`/status?id=${UNKNOWN}`, fromLan()), 404))["code"],
    "not_found",
  );
});

Deno.test("a status of an unknown id is no miss where nobody else gives out ids", async () => {
  const home = await house();
  for (let time = 0; time < 40; time++) await home.ask(`/status?id=${UNKNOWN}`, fromLan());
  assert.equal((await home.ask(`/token?id=${UNKNOWN}`, fromLan())).status, 404);
});

Deno.test("GET /status.txt says OK and for how long, in hours or minutes", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  home.world.twitch.away = AWAY;
  const path = `/status.txt?id=${idOf(home, login)}`;
  const lines: string[] = [];
  for (const span of [0, HOUR + 47 * MINUTE, 8 * MINUTE, 66 * MINUTE, 14 * MINUTE, 45 * MINUTE]) {
    await home.world.clock.advance(span);
    const answer = await home.ask(path, fromLan());
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
    lines.push(await answer.text());
  }
  assert.deepEqual(lines, ["OK 4h00", "OK 2h13", "OK 2h05", "OK 59m", "OK 45m", "TWITCH AWAY"]);
});

Deno.test("GET /status.txt keeps saying OK while renewal fails and the token lives", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  home.world.twitch.away = AWAY;
  await home.world.clock.advance(2 * HOUR);
  await home.world.refresher.due();
  assert.equal(login.account.health.state, "retrying");
  assert.equal(await (await home.ask(`/status.txt?id=${idOf(home, login)}`)).text(), "OK 2h00");
});

Deno.test("GET /status.txt says SIGN IN even while the last token lives", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  await ended(home, login, home.world.clock.now() + HOUR);
  assert.equal(await (await home.ask(`/status.txt?id=${idOf(home, login)}`, fromLan())).text(), "SIGN IN");
});

Deno.test("GET /status.txt answers 200 for what is no id", async () => {
  const home = await house();
  for (const query of ["", "?id=", "?id=x", `?id=${UNKNOWN}`]) {
    const answer = await home.ask(`/status.txt${query}`, fromLan());
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), "UNKNOWN ID");
  }
});

Deno.test("GET /healthz answers what the program reports", async () => {
  const home = await house();
  const logins = { connected: 2, retrying: 0, needs_login: 1 };
  for (
    const [report, status] of [
      [{ status: "ok", logins }, 200],
      [{ status: "attention", logins }, 200],
      [{ status: "store" }, 503],
      [{ status: "locked" }, 503],
      [{ status: "stalled" }, 503],
    ] as const
  ) {
    home.health = report;
    assert.deepEqual(await assertJson(await home.ask("/healthz", fromLan()), status), report);
  }
});

Deno.test("GET /healthz answers 500 without details if the report itself fails", async () => {
  const home = await house(undefined, {
    health: () => {
      throw new Error("secret detail");
    },
  });
  const body = await assertJson(await home.ask("/healthz", fromLan()), 500);
  assert.equal(body["code"], "internal");
  assert.doesNotMatch(JSON.stringify(body), /detail/);
});

Deno.test("the status routes know an id while the vault is locked", async () => {
  const first = await house();
  const id = idOf(first, await signedIn(first.world));
  first.world.vault.locked = "the key file is gone";
  const home = around(await restarted(first.world));
  assert.equal((await home.ask(`/status?id=${id}`, fromLan())).status, 200);
  assert.equal(await (await home.ask(`/status.txt?id=${id}`, fromLan())).text(), "TWITCH AWAY");
  assert.equal((await assertJson(await home.ask(`/token.json?id=${id}`, fromLan()), 503))["code"], "locked");
});

for (const path of ["/token.json", "/status", "/status.txt", "/healthz"]) {
  Deno.test(`HEAD ${path} answers like GET, other methods are 405`, async () => {
    const home = await house();
    const login = await signedIn(home.world);
    const asked = `${path}?id=${idOf(home, login)}`;
    const get = await home.ask(asked, fromLan());
    const head = await home.ask(asked, fromLan({ method: "HEAD" }));
    assert.equal(get.status, 200);
    assert.equal(head.status, 200);
    assert.deepEqual(Object.fromEntries(head.headers), {
      ...Object.fromEntries(get.headers),
      "content-length": String((await get.text()).length),
    });
    assert.equal(await head.text(), "");
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await home.ask(asked, fromLan({ method }));
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get("allow"), "GET, HEAD");
      assert.ok(!(await answer.text()).includes(tokenOf(login)));
    }
  });
}

for (const path of ["/status.gif", "/status/x", "/as/x/helix/users", "/metrics"]) {
  Deno.test(`GET ${path}, which is not there, is one line of 404`, async () => {
    const home = await house();
    const answer = await home.ask(`${path}?id=${UNKNOWN}`, fromLan());
    assert.equal(answer.status, 404);
    assert.match(await answer.text(), /^[\x20-\x7e]{1,120}$/);
    assert.match(answer.headers.get("content-type") ?? "", /^text\/plain/);
  });
}
