/** Sign-ins on the pages of the real program: they survive its end, and come back to the browser that began alone. */
import assert from "node:assert/strict";
import { Person } from "../support/person.ts";
import { playAll } from "../support/scene.ts";
import { approve, authorizeUrl, pathOf, person, waiting, WISH } from "../support/sign_in_journey.ts";
import { FIRST_USER, SECOND_USER } from "../support/simulated_twitch/options.ts";
import { FOR_THE_FILE } from "../support/postgres_databases.ts";

Deno.test(
  "a device code and a link outlive a killed server, and finish with the next one",
  FOR_THE_FILE,
  async () => {
    await playAll({}, async (scene) => {
      const first = await scene.serve();
      const browser = await person(scene, first);
      const device = await pathOf(browser.send("/connect", { ...WISH, way: "device", sent_to: "Anna" }));
      const [, code = ""] = /id="user-code"[^>]*>([A-Z]+)</.exec(await (await browser.get(device)).text()) ??
        [];
      const link = await pathOf(browser.send("/connect", { ...WISH, way: "redirect" }));
      const url = await authorizeUrl(browser, link);
      scene.keepSecret(code);
      scene.keepSecret(link.split("/").at(-1) ?? "");
      first.process.kill("SIGKILL");
      await first.process.ended();

      const second = await scene.serve();
      const again = new Person(second.origin, browser);
      assert.match(await (await again.get("/connect")).text(), /Anna/);
      assert.equal(await authorizeUrl(again, link), url);
      scene.sim.approveDevice(code, { user: FIRST_USER.login });
      assert.equal(await waiting(again, device), `/accounts/${FIRST_USER.login}?new=1`);
      const pasted = await scene.sim.signIn(url, { user: SECOND_USER.login });
      const ended = await pathOf(again.send(`${link}/paste`, { pasted }, link));
      assert.equal(ended, `/accounts/${SECOND_USER.login}?new=1`);

      await second.stop();
      const third = await scene.serve();
      const last = new Person(third.origin, browser);
      assert.equal(await last.status(link), 410);
      assert.doesNotMatch(await (await last.get("/connect")).text(), /Anna/);
      await third.stop();
    });
  },
);

Deno.test("/callback exchanges for the browser that began, and for no other", async () => {
  await playAll({}, async (scene) => {
    const server = await scene.serve();
    const browser = await person(scene, server);
    const link = await pathOf(browser.send("/connect", { ...WISH, way: "redirect" }));
    const back = await approve(scene, await authorizeUrl(browser, link));
    const exchanges = () =>
      scene.sim.requests.filter(({ params }) => params["grant_type"] === "authorization_code").length;
    const [, code = ""] = /code=(\w+)/.exec(back) ?? [];

    const stranger = await new Person(server.origin).get(back);
    assert.equal(stranger.status, 200);
    const page = await stranger.text();
    assert.ok(page.includes(code), "the address to copy stands there");
    assert.equal(exchanges(), 0);

    const done = await pathOf(browser.get(back));
    assert.match(done, /^\/connect\/done\/[\w-]{43}$/);
    assert.equal(exchanges(), 1);
    const moment = await new Person(server.origin).get(done);
    assert.equal(moment.status, 200);
    assert.ok(!(await moment.text()).includes(code));
    const result = done.replace("/done/", "/result/");
    assert.match(await pathOf(new Person(server.origin).get(result)), /^\/sign-in/);
    assert.equal(await pathOf(browser.get(result)), `/accounts/${FIRST_USER.login}?new=1`);
    assert.equal(await browser.status(back), 410);
    assert.equal(exchanges(), 1);
    await server.stop();
  });
});

Deno.test("/callback of a sign-in that a terminal began shows the address to paste there", async () => {
  await playAll({}, async (scene) => {
    const server = await scene.serve();
    const login = scene.start(["login", "--paste", "--json"]);
    const { authorizeUrl: url } = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
    const back = await approve(scene, url);
    const answer = await new Person(server.origin).get(back);
    assert.equal(answer.status, 200);
    const page = await answer.text();
    const [, address = ""] = /id="address"[^>]*>([^<]+)</.exec(page) ?? [];
    await login.type(address.replaceAll("&amp;", "&"));
    const { code, stderr } = await login.ended();
    assert.equal(code, 0, stderr);
    await server.stop();
  });
});
