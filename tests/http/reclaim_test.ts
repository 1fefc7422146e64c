import assert from "node:assert/strict";
import { house, idOf } from "./house.ts";
import { approved, beginLink, comeBack, read } from "./sign_in_steps.ts";
import { signedIn, WREN } from "../support/world.ts";

const OLD = "01234567-89ab-cdef-0123-456789abcdef";

Deno.test("POST /connect takes over an ID that stands in Companion", async () => {
  const home = await house();
  assert.match(await read(await home.ask("/connect")), /An ID that stands in Companion already/);
  const begun = await beginLink(home, { reclaim: ` {${OLD.toUpperCase()}} ` });
  assert.ok(!(await (await home.ask(begun.path)).text()).includes(OLD), "the id is on no page");
  assert.ok(!begun.url.href.includes(OLD), "the id is in no address");
  assert.equal(await comeBack(home, begun, approved(home)), "/accounts/nightowl?new=1");
  const [login] = home.world.roster.all();
  assert.ok(login !== undefined);
  assert.equal(idOf(home, login), OLD);
  assert.equal(await (await home.ask(`/token?id=${OLD}`)).text(), login.access?.reveal());
});

Deno.test("POST /connect refuses what is no ID beside the field, and does not repeat it", async () => {
  const home = await house();
  const fields = { way: "redirect", preset: "companion-3", reclaim: `${OLD}canary` };
  const answer = await home.send("/connect", fields);
  const page = await answer.text();
  assert.equal(answer.status, 400);
  assert.match(page, /This is no ID of a token server/);
  assert.ok(!page.includes("canary"));
});

Deno.test("GET /callback refuses an ID of another account and stores nothing", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const begun = await beginLink(home, { reclaim: idOf(home, login) });
  const path = await comeBack(home, begun, approved(home, WREN));
  assert.match(
    await read(await home.ask(path)),
    /Cannot take over the id: it belongs to the account nightowl/,
  );
  assert.equal(home.world.roster.all().length, 1);
});
