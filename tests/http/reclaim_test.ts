import assert from "node:assert/strict";
import { type House, house, idOf } from "./house.ts";
import { OWL, SCOPES, signedIn, WREN } from "../support/world.ts";

const OLD = "01234567-89ab-cdef-0123-456789abcdef";

async function signIn(home: House, reclaim: string, person = OWL): Promise<Response> {
  const begun = await home.send("/connect", { way: "redirect", preset: "companion-3", reclaim });
  const page = await begun.text();
  if (begun.status !== 200) return new Response(page, { status: begun.status });
  assert.ok(!page.includes(OLD), "the id is in no address and on no page");
  const state = /state=([\w-]+)/.exec(page)?.[1] ?? "";
  const code = home.world.twitch.approve(person, "app-1", SCOPES).reveal();
  return await home.ask(`/callback?${new URLSearchParams({ code, state })}`);
}

Deno.test("POST /connect takes over an ID that stands in Companion", async () => {
  const home = await house();
  assert.match(await (await home.ask("/connect")).text(), /I have an ID in Companion already/);
  assert.equal((await signIn(home, ` {${OLD.toUpperCase()}} `)).status, 303);
  const [login] = home.world.roster.all();
  assert.ok(login !== undefined);
  assert.equal(idOf(home, login), OLD);
  assert.equal(await (await home.ask(`/token?id=${OLD}`)).text(), login.access?.reveal());
});

Deno.test("POST /connect refuses what is no ID beside the field, and does not repeat it", async () => {
  const home = await house();
  const answer = await signIn(home, `${OLD}canary`);
  const page = await answer.text();
  assert.equal(answer.status, 400);
  assert.match(page, /This is no ID of a token server/);
  assert.ok(!page.includes("canary"));
});

Deno.test("GET /callback refuses an ID of another account and stores nothing", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const answer = await signIn(home, idOf(home, login), WREN);
  assert.equal(answer.status, 409);
  assert.equal(home.world.roster.all().length, 1);
});
