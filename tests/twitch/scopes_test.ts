import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { isPreset, KNOWN_SCOPES, parseScopes, PRESETS, unknownScopes } from "../../src/twitch/scopes.ts";

Deno.test("PRESETS hold known scopes, each once", () => {
  for (const [name, scopes] of Object.entries(PRESETS)) {
    assert.deepEqual(unknownScopes(scopes), [], name);
    assert.equal(new Set(scopes).size, scopes.length, name);
    assert.deepEqual(parseScopes(scopes.join(" ")), scopes, name);
  }
});

Deno.test("PRESETS companion-3 has the 14 scopes that module 3 checks, and its chat", () => {
  const checked = [
    ...["channel:edit:commercial", "channel:manage:broadcast", "channel:manage:polls", "channel:read:polls"],
    ...["channel:manage:predictions", "channel:read:predictions", "channel:manage:raids"],
    ...["channel:read:charity", "channel:read:goals", "channel:read:subscriptions"],
    ...["moderator:manage:announcements", "moderator:manage:chat_messages", "moderator:manage:chat_settings"],
    "moderator:read:chatters",
  ];
  const chat = ["chat:read", "chat:edit", "moderator:read:chat_settings"];
  assert.deepEqual([...PRESETS["companion-3"]].sort(), [...checked, ...chat].sort());
});

Deno.test("PRESETS companion-4 has 46 of module 4's 47 scopes: no preset asks for the stream key", () => {
  assert.equal(PRESETS["companion-4"].length, 46);
  for (const scopes of Object.values(PRESETS)) assert.ok(!scopes.includes("channel:read:stream_key"));
  assert.ok(KNOWN_SCOPES.has("channel:read:stream_key"));
});

Deno.test("isPreset() knows the three names only", () => {
  assert.deepEqual(["companion-3", "companion-4", "buttons"].map(isPreset), [true, true, true]);
  assert.deepEqual(["companion", "", "toString", "constructor"].map(isPreset), [false, false, false, false]);
});

Deno.test("parseScopes() splits at spaces, commas and plus signs, and drops repeats", () => {
  assert.deepEqual(parseScopes(" chat:read, chat:edit+bits:read\nchat:read  openid"), [
    "chat:read",
    "chat:edit",
    "bits:read",
    "openid",
  ]);
  assert.deepEqual(parseScopes("a:b:c:d"), ["a:b:c:d"]);
});

Deno.test("parseScopes() names the wrong one and shows how to write them", () => {
  for (const wrong of ["chat-read", "Chat:read", "chat:read:", "a:b:c:d:e", "chat%3Aread", "'chat:read'"]) {
    assert.throws(() => parseScopes(`chat:edit ${wrong}`), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "usage");
      assert.equal(error.message, `Cannot use these scopes: "${wrong}" is not a scope`);
      assert.match(error.hint ?? "", /chat:read chat:edit/);
      return true;
    });
  }
  for (const nothing of ["", " , + "]) {
    assert.throws(() => parseScopes(nothing), {
      code: "usage",
      message: "Cannot use these scopes: there are none",
    });
  }
});

Deno.test("unknownScopes() finds the mistyped and the new", () => {
  assert.equal(KNOWN_SCOPES.size, 85);
  assert.deepEqual(unknownScopes(["chat:read", "chat:raed", "channel:manage:holograms"]), [
    "chat:raed",
    "channel:manage:holograms",
  ]);
});
