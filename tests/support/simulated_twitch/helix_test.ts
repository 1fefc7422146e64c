// GET /helix/users and what stands before every other Helix route.

import assert from "node:assert/strict";
import { createDriver, type Driver } from "./driver.ts";
import { CONFIDENTIAL_CLIENT, FIRST_USER, PUBLIC_CLIENT, SECOND_USER } from "./options.ts";

function askHelix(
  { send }: Driver,
  path: string,
  token: string,
  init: RequestInit = {},
): ReturnType<Driver["send"]> {
  const headers = { authorization: `Bearer ${token}`, "client-id": CONFIDENTIAL_CLIENT.id };
  return send(`/helix/${path}`, { headers, ...init });
}

Deno.test("GET /helix/users tells of the token's user, with the e-mail address only by its scope", async () => {
  const driver = createDriver();
  const { access_token } = await driver.connect(CONFIDENTIAL_CLIENT);
  const answer = await askHelix(driver, "users", access_token);
  assert.deepEqual([answer.status, answer.type], [200, "application/json; charset=utf-8"]);
  const [user] = JSON.parse(answer.text).data;
  assert.deepEqual(Object.keys(user), [
    "id",
    "login",
    "display_name",
    "type",
    "broadcaster_type",
    "description",
    "profile_image_url",
    "offline_image_url",
    "view_count",
    "created_at",
  ]);
  assert.deepEqual([user.id, user.login, user.display_name], ["90020001", "ada_live", "Ada_Live"]);
  const more = await driver.connect(CONFIDENTIAL_CLIENT, "user:read:email");
  const [open] = JSON.parse((await askHelix(driver, "users", more.access_token)).text).data;
  assert.equal(open.email, FIRST_USER.email);
  const others = await askHelix(driver, `users?id=${SECOND_USER.id}`, more.access_token);
  assert.equal("email" in JSON.parse(others.text).data[0], false);
});

Deno.test("GET /helix/users finds by id and login, and refuses impossible ones", async () => {
  const driver = createDriver();
  const { access_token } = await driver.connect(CONFIDENTIAL_CLIENT);
  const rows = [
    [`users?id=${SECOND_USER.id}&login=${FIRST_USER.login}`, [FIRST_USER.id, SECOND_USER.id]],
    ["users?login=nobody", []],
  ] as const;
  for (const [path, ids] of rows) {
    const { data } = JSON.parse((await askHelix(driver, path, access_token)).text);
    assert.deepEqual(data.map(({ id }: { id: string }) => id), ids);
  }
  const refused = JSON.parse((await askHelix(driver, "users?id=abc", access_token)).text);
  assert.deepEqual([refused.error, refused.status], ["Bad Request", 400]);
});

Deno.test("Helix wants a Bearer token and the Client-Id it was made for, and says error, status, message", async () => {
  const driver = createDriver();
  const { access_token: token } = await driver.connect(CONFIDENTIAL_CLIENT);
  const id = CONFIDENTIAL_CLIENT.id;
  const rows: [Record<string, string>, string][] = [
    [{ "client-id": id }, "OAuth token is missing"],
    [{ "client-id": id, authorization: `OAuth ${token}` }, "OAuth token is missing"],
    [{ "client-id": id, authorization: "Bearer wrong" }, "Invalid OAuth token"],
    [
      { authorization: `Bearer ${token}`, "client-id": PUBLIC_CLIENT.id },
      "Client ID and OAuth token do not match",
    ],
    [{ authorization: `Bearer ${token}` }, "Client ID is missing"],
  ];
  for (const path of ["/helix/users", "/helix/chat/messages"]) {
    for (const [headers, message] of rows) {
      const { status, text } = await driver.send(path, { headers });
      assert.equal(status, 401);
      assert.equal(text, JSON.stringify({ error: "Unauthorized", status: 401, message }));
    }
  }
  assert.equal((await askHelix(driver, "users", token)).status, 200);
});

Deno.test("other Helix routes are 404 in Helix's shape unless the test brings them along", async () => {
  const driver = createDriver({
    helix(request, { user }): Response | undefined {
      if (!request.url.endsWith("/helix/chat/messages")) return undefined;
      return Response.json({ data: [{ sender: user?.login }] });
    },
  });
  const { access_token } = await driver.connect(CONFIDENTIAL_CLIENT);
  const brought = await askHelix(driver, "chat/messages", access_token);
  assert.deepEqual(JSON.parse(brought.text), { data: [{ sender: FIRST_USER.login }] });
  const missing = await askHelix(driver, "streams", access_token);
  assert.equal(missing.text, '{"error":"Not Found","status":404,"message":""}');
});

Deno.test("an app's own token has no user of its own", async () => {
  const driver = createDriver();
  const { id: client_id, secret: client_secret } = CONFIDENTIAL_CLIENT;
  const { text } = await driver.post("/oauth2/token", {
    client_id,
    client_secret,
    grant_type: "client_credentials",
  });
  const { access_token } = JSON.parse(text);
  assert.equal((await askHelix(driver, "users", access_token)).status, 400);
  assert.equal((await askHelix(driver, `users?id=${FIRST_USER.id}`, access_token)).status, 200);
});

Deno.test("Helix counts a minute's requests by app and user, and answers 429 beyond them", async () => {
  const driver = createDriver({ helixPointsPerMinute: 2 });
  const { access_token } = await driver.connect(CONFIDENTIAL_CLIENT);
  const other = await driver.connect(CONFIDENTIAL_CLIENT, "chat:read", SECOND_USER.login);
  const start = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;
  const seen: unknown[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { status, headers } = await askHelix(driver, "users", access_token);
    seen.push([status, headers.get("ratelimit-remaining"), headers.get("ratelimit-reset")]);
  }
  assert.deepEqual(seen, [[200, "1", `${start + 60}`], [200, "0", `${start + 60}`], [
    429,
    "0",
    `${start + 60}`,
  ]]);
  assert.equal((await askHelix(driver, "users", other.access_token)).status, 200);
  driver.advance(60);
  assert.equal((await askHelix(driver, "users", access_token)).status, 200);
});
