import assert from "node:assert/strict";
import type { Notice } from "../../src/core/notices.ts";
import { Secret } from "../../src/core/secret.ts";
import { type Address, type AddressKind, addressOf, messageFor } from "../../src/notice/address.ts";

const NOTICE: Notice = {
  event: "needs_login",
  state: "begun",
  account: "nightowl",
  login: "nightowl",
  title: "Twitch sign-in needed",
  text: "The Twitch login nightowl (Köln @everyone) needs a sign-in.",
  at: Date.UTC(2026, 2, 14, 18, 0, 0),
};

function at(url: string): Address {
  return addressOf(new Secret(url));
}

Deno.test("addressOf() knows each kind by its address, and everything else as a webhook", () => {
  const rows: readonly (readonly [string, AddressKind, string])[] = [
    ["https://ntfy.sh/topic", "ntfy", "ntfy.sh"],
    ["https://NTFY.sh/topic", "ntfy", "ntfy.sh"],
    ["ntfy+https://push.example.org:8443/topic", "ntfy", "push.example.org:8443"],
    ["NTFY+http://pi.lan/topic?auth=abc", "ntfy", "pi.lan"],
    ["https://discord.com/api/webhooks/1/abc", "discord", "discord.com"],
    ["https://canary.discord.com/api/v10/webhooks/1/abc?wait=true", "discord", "canary.discord.com"],
    ["https://discordapp.com/api/webhooks/1/abc", "discord", "discordapp.com"],
    ["https://discord.com/channels/1", "webhook", "discord.com"],
    ["https://discord.com.example.org/api/webhooks/1/abc", "webhook", "discord.com.example.org"],
    ["https://example.org/ntfy.sh/topic", "webhook", "example.org"],
    ["http://192.168.1.5:1880/notice", "webhook", "192.168.1.5:1880"],
  ];
  for (const [url, kind, host] of rows) assert.deepEqual([at(url).kind, at(url).host], [kind, host], url);
});

Deno.test("addressOf() leaves the address as it was but for the mark, user name and password", () => {
  assert.equal(at("ntfy+https://pi.lan/topic?auth=abc").url.reveal(), "https://pi.lan/topic?auth=abc");
  const named = at("https://us%20er:p%C3%A4ss@hooks.example.org/a?b=c");
  assert.equal(named.url.reveal(), "https://hooks.example.org/a?b=c");
  assert.equal(named.host, "hooks.example.org");
  const { authorization = "" } = messageFor(named, NOTICE).headers;
  const bytes = Uint8Array.from(atob(authorization.replace("Basic ", "")), (char) => char.charCodeAt(0));
  assert.equal(new TextDecoder().decode(bytes), "us er:päss");
});

Deno.test("addressOf() takes a stray percent sign for itself", () => {
  const { authorization = "" } = messageFor(at("https://user:100%@hooks.example.org/a"), NOTICE).headers;
  assert.equal(atob(authorization.replace("Basic ", "")), "user:100%");
});

Deno.test("messageFor() puts a notice as JSON for a webhook", () => {
  const { headers, body } = messageFor(at("https://hooks.example.org/a"), NOTICE);
  assert.deepEqual(headers, { "content-type": "application/json" });
  assert.deepEqual(JSON.parse(body), {
    event: "needs_login",
    state: "begun",
    account: "nightowl",
    login: "nightowl",
    text: NOTICE.text,
    at: "2026-03-14T18:00:00.000Z",
  });
  const server = { ...NOTICE, account: undefined, login: undefined };
  const { account, login } = JSON.parse(messageFor(at("https://hooks.example.org/a"), server).body);
  assert.deepEqual([account, login], [null, null]);
});

Deno.test("messageFor() puts a notice as text with title and priority for ntfy", () => {
  const address = at("https://ntfy.sh/topic");
  const { headers, body } = messageFor(address, NOTICE);
  assert.equal(body, NOTICE.text);
  assert.deepEqual(headers, {
    "content-type": "text/plain; charset=utf-8",
    title: "Twitch sign-in needed",
    priority: "high",
    tags: "warning",
  });
  assert.equal(messageFor(address, { ...NOTICE, state: "over" }).headers["priority"], "default");
  assert.equal(messageFor(address, { ...NOTICE, event: "test" }).headers["priority"], "default");
});

Deno.test("messageFor() puts a notice as content for Discord that calls nobody, within its length", () => {
  const address = at("https://discord.com/api/webhooks/1/abc");
  const message = JSON.parse(messageFor(address, NOTICE).body);
  assert.deepEqual(message.allowed_mentions, { parse: [] });
  assert.equal(message.content, `**Twitch sign-in needed**\n${NOTICE.text}`);
  const long = JSON.parse(messageFor(address, { ...NOTICE, text: "x".repeat(9000) }).body);
  assert.ok(long.content.length <= 2000 && long.content.length > 1900);
});
