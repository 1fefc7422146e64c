import assert from "node:assert/strict";
import { PASSWORD, Person } from "../support/person.ts";
import { playAll } from "../support/scene.ts";

Deno.test("claim, restart, still signed in, sign out everywhere: nothing of it is left in file or output", async () => {
  await playAll({}, async (scene) => {
    const first = await scene.serve();
    scene.keepSecret(PASSWORD);
    assert.equal(await new Person(first.origin).status("/"), 303);
    assert.equal(await new Person(first.origin).status("/sign-in"), 200);
    const person = await Person.claiming(first);
    scene.keepSecret(person.session);
    assert.equal(await person.status("/"), 200);
    await first.stop();

    const second = await scene.serve();
    const again = new Person(second.origin, person);
    assert.equal(await again.status("/"), 200);
    assert.doesNotMatch(second.process.stdout + second.process.stderr, /welcome\?code=|setupCode/);
    const phone = new Person(second.origin);
    assert.equal(await phone.signIn("not the password"), 403);
    assert.equal(await phone.signIn(), 303);
    scene.keepSecret(phone.session);
    assert.equal(await phone.status("/"), 200);

    assert.equal(await again.submit("/sign-out-everywhere", {}, "/"), 303);
    assert.equal(await phone.status("/"), 303);
    await second.stop();
    const third = await scene.serve();
    assert.equal(await new Person(third.origin, phone).status("/"), 303);
    await third.stop();
  });
});

Deno.test("setup --link repeats the link of the running server, and tells when a password is set", async () => {
  await playAll({}, async (scene) => {
    const none = await scene.run(["setup", "--link"]);
    assert.equal(none.code, 4);
    assert.match(none.stderr, /no server runs with this data directory/);

    const server = await scene.serve();
    const [, code = ""] = await server.process.printed(/localhost:\d+\/welcome\?code=(\S+)/);
    assert.match((await server.process.complained(/setupCode=(\S+)/))[1] ?? "", new RegExp(code));
    const link = await scene.run(["setup", "--link"]);
    assert.equal(link.code, 0);
    assert.ok(link.stdout.includes(`http://localhost:${server.port}/welcome?code=${code}`));
    await Person.withCode(server, code);

    const after = await scene.run(["setup", "--link"]);
    assert.equal(after.code, 0);
    assert.match(after.stdout, /A password is set/);
    assert.ok(after.stdout.includes(`http://localhost:${server.port}/sign-in`));
    assert.doesNotMatch(after.stdout, /code=/);
    await server.stop();
    const gone = await scene.run(["setup", "--link"]);
    assert.equal(gone.code, 4);
    assert.match(gone.stderr, /A password is set/);
  });
});

Deno.test("setup --reset-password works beside a running server and without one", async () => {
  await playAll({}, async (scene) => {
    const server = await scene.serve();
    const person = await Person.claiming(server);
    const unsure = await scene.run(["setup", "--reset-password"]);
    assert.equal(unsure.code, 2);
    assert.match(unsure.stderr, /Add --yes/);
    assert.equal(await person.status("/"), 200);

    const reset = await scene.run(["setup", "--reset-password", "--yes"]);
    assert.equal(reset.code, 0);
    const [, code = ""] = /localhost:\d+\/welcome\?code=(\S+)/.exec(reset.stdout) ?? [];
    assert.equal(await person.status("/"), 303);
    assert.equal(await new Person(server.origin).status(`/welcome?code=${code}`), 200);
    const next = await Person.withCode(server, code, "another good phrase");
    await server.stop();

    const offline = await scene.run(["setup", "--reset-password", "--yes"]);
    assert.equal(offline.code, 0);
    assert.match(offline.stdout, /serve prints a link/);
    const restarted = await scene.serve();
    assert.equal(await new Person(restarted.origin, next).status("/"), 303);
    assert.equal(await (await Person.claiming(restarted)).status("/"), 200);
    await restarted.stop();
  });
});

Deno.test("setup takes --link or --reset-password, not both", async () => {
  await playAll({}, async (scene) => {
    const both = await scene.run(["setup", "--link", "--reset-password"]);
    assert.equal(both.code, 2);
    assert.match(both.stderr, /both given/);
  });
});
