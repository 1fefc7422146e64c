/** Sign-ins, sessions and passwords over several instances: nobody need come back to the one where it began. */
import assert from "node:assert/strict";
import { playInstances } from "../support/instances.ts";
import { Person } from "../support/person.ts";
import { withPostgres } from "../support/postgres_scene.ts";
import { ask, until } from "../support/scene.ts";
import {
  approve,
  authorizeUrl,
  beginLink,
  connect,
  idOn,
  pathOf,
  person,
  waiting,
  WISH,
} from "../support/sign_in_journey.ts";
import { FIRST_USER, SECOND_USER } from "../support/simulated_twitch/options.ts";

withPostgres((cluster) => {
  Deno.test("a sign-in by redirect or paste that begins at one instance ends at another", async () => {
    await playInstances(await cluster(), {}, async (instances) => {
      const { scene, scene: { sim } } = instances;
      const [a, b] = [await instances.start("a"), await instances.start("b")];
      const atA = await person(scene, a);
      const link = await beginLink(atA);
      const back = await approve(scene, await authorizeUrl(atA, link));
      const atB = new Person(b.origin, atA);
      const done = await pathOf(atB.get(back));
      assert.match(done, /^\/connect\/done\/[\w-]{43}$/);
      const account = `/accounts/${FIRST_USER.login}`;
      assert.equal(await pathOf(atB.get(done.replace("/done/", "/result/"))), `${account}?new=1`);
      const id = await idOn(atB, account);
      for (const server of [a, b]) assert.equal((await ask(server, id)).status, 200);
      await until(async () => await atA.status(back) === 410);

      const second = await beginLink(atB);
      const pasted = await sim.signIn(await authorizeUrl(atB, second), { user: SECOND_USER.login });
      const ended = await pathOf(atA.send(`${second}/paste`, { pasted }, second));
      assert.equal(ended, `/accounts/${SECOND_USER.login}?new=1`);
      assert.equal((await ask(b, await idOn(atB, ended))).status, 200);
      const exchanges = sim.requests.filter(({ params }) => params["grant_type"] === "authorization_code");
      assert.equal(exchanges.length, 2);
    });
  });

  Deno.test("a device code that one instance asks for goes on at another when the first is killed", async () => {
    await playInstances(await cluster(), {}, async (instances) => {
      const { scene } = instances;
      const [a, b] = [await instances.start("a"), await instances.start("b")];
      const atA = await person(scene, a);
      const atB = new Person(b.origin, atA);
      const device = await pathOf(atA.send("/connect", { ...WISH, way: "device" }));
      const page = await (await atB.get(device)).text();
      const [, code = ""] = /id="user-code"[^>]*>([A-Z]+)</.exec(page) ?? [];
      scene.keepSecret(code);
      const polled = scene.sim.counters.requests.token;
      await until(() => scene.sim.counters.requests.token > polled);
      a.process.kill("SIGKILL");
      await a.process.ended();
      scene.sim.approveDevice(code, { user: FIRST_USER.login });
      assert.equal(await waiting(atB, device), `/accounts/${FIRST_USER.login}?new=1`);
      const id = await idOn(atB, `/accounts/${FIRST_USER.login}`);
      assert.equal((await ask(b, id)).status, 200);
      assert.equal(scene.sim.grants().length, 1);
    });
  });

  Deno.test("a sign-in of another user than expected is decided on at another instance", async () => {
    await playInstances(await cluster(), {}, async (instances) => {
      const { scene, scene: { sim } } = instances;
      const [a, b] = [await instances.start("a"), await instances.start("b")];
      const atA = await person(scene, a);
      const atB = new Person(b.origin, atA);
      const first = await connect(scene, atA, FIRST_USER.login);
      for (const decision of ["discard", "keep"]) {
        const link = await beginLink(atA, { for: FIRST_USER.login });
        const back = await approve(scene, await authorizeUrl(atA, link), SECOND_USER.login);
        const result = (await pathOf(atA.get(back))).replace("/done/", "/result/");
        const held = await pathOf(atA.get(result));
        assert.match(held, /^\/connect\/held\//);
        scene.keepSecret(held.split("/").at(-1) ?? "");
        assert.equal(await atB.submit(`${held}/${decision}`, {}, held), 303);
        await until(async () => await atA.status(held) !== 200);
        assert.equal(
          sim.grants().flatMap(({ accessTokens }) => accessTokens).length,
          decision === "keep" ? 2 : 1,
        );
      }
      const second = await idOn(atB, `/accounts/${SECOND_USER.login}`);
      for (const server of [a, b]) {
        for (const id of [first, second]) assert.equal((await ask(server, id)).status, 200);
      }
    });
  });

  Deno.test("the setup code of one instance is good at another, and a session is one of all", async () => {
    await playInstances(await cluster(), {}, async (instances) => {
      const { scene } = instances;
      const [a, b] = [await instances.start("a"), await instances.start("b")];
      const [, code = ""] = await a.process.printed(/\/welcome\?code=(\S+)$/m);
      const atB = await Person.withCode(b, code);
      scene.keepSecret(atB.session);
      const atA = new Person(a.origin, atB);
      assert.equal(await atA.status("/"), 200);
      await assert.rejects(Person.withCode(a, code), "the code is used up everywhere");
      assert.equal(await new Person(a.origin).status("/"), 303);

      await instances.mute(true);
      const other = new Person(a.origin);
      assert.equal(await other.signIn(), 303);
      scene.keepSecret(other.session);
      const otherAtB = new Person(b.origin, other);
      assert.equal(await otherAtB.status("/"), 200, "nobody has told B of it");
      await instances.mute(false);
      assert.equal(await otherAtB.submit("/sign-out", {}, "/"), 303);
      const signedOut = performance.now();
      await until(async () => await other.status("/") === 303);
      assert.ok(performance.now() - signedOut < 1000);
      assert.equal(await atA.status("/"), 200, "the other session stays");
    });
  });

  Deno.test("wrong passwords are counted over all instances", async () => {
    await playInstances(await cluster(), {}, async (instances) => {
      const { scene } = instances;
      const servers = [await instances.start("a"), await instances.start("b")];
      const [a] = servers;
      assert.ok(a);
      await person(scene, a);
      const statuses: number[] = [];
      // Four are free. By themselves each instance would let all of these through.
      for (let guess = 0; guess < 4; guess++) {
        for (const { origin } of servers) statuses.push(await new Person(origin).signIn(`wrong ${guess}`));
      }
      assert.deepEqual(statuses.slice(0, 4), [403, 403, 403, 403]);
      assert.ok(statuses.includes(429), `${statuses}`);
    });
  });
});
