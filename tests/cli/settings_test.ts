import assert from "node:assert/strict";
import { type SettingKey, settingKeys, settingOf, settingProblem } from "../../src/cli/settings.ts";

const CANARY = "canary-0123456789abcdefghij";

const TAKEN: readonly (readonly [SettingKey, string, string])[] = [
  ["host", "0.0.0.0", "0.0.0.0"],
  ["host", "::", "::"],
  ["host", "[::1]", "::1"],
  ["host", "localhost", "localhost"],
  ["port", "0", "0"],
  ["port", "65535", "65535"],
  ["dataDir", "/srv/tokens", "/srv/tokens"],
  ["publicUrl", "http://raspberrypi.local:8948/", "http://raspberrypi.local:8948"],
  ["publicUrl", "https://tokens.example.org", "https://tokens.example.org"],
  ["allowedHosts", "Tokens.Example.ORG.:443, studio.lan  pi", "tokens.example.org, studio.lan, pi"],
  ["allowedHosts", "pi,PI", "pi"],
  ["trustedProxies", "127.0.0.1 10.0.0.0/8,::1,fd00::/8", "127.0.0.1, 10.0.0.0/8, ::1, fd00::/8"],
  [
    "noticeUrl",
    "https://ntfy.sh/a http://pi.lan/b,https://c.example/d?e=f,g",
    "[secret], [secret], [secret]",
  ],
  ["noticeUrl", "ntfy+https://push.example.org/a,NTFY+http://pi.lan/b", "[secret], [secret]"],
  ["metrics", "Yes", "true"],
  ["metrics", "0", "false"],
  ["logLevel", "WARN", "warn"],
  ["logFormat", "json", "json"],
  ["clientId", "local-server_1", "local-server_1"],
  ["redirectUri", "http://localhost", "http://localhost"],
  ["redirectUri", "http://localhost:3000/a/", "http://localhost:3000/a/"],
  ["redirectUri", "https://tokens.example.org/callback", "https://tokens.example.org/callback"],
  ["authUrl", "http://127.0.0.1:9000/oauth2/", "http://127.0.0.1:9000/oauth2"],
];

Deno.test("every setting takes well-formed values", () => {
  for (const [key, text, expected] of TAKEN) {
    const value = settingOf(key).parse(text);
    assert.equal(Array.isArray(value) ? value.join(", ") : String(value), expected, `${key}: ${text}`);
  }
});

const REFUSED: readonly (readonly [SettingKey, string, RegExp])[] = [
  ["host", "raspberrypi.local", /no IP address/],
  ["host", "256.0.0.1", /no IP address/],
  ["host", "1", /no IP address/],
  ["port", "-1", /no port/],
  ["port", "8948.0", /no port/],
  ["port", "1e3", /no port/],
  ["dataDir", "a\0b", /NUL/],
  ["publicUrl", "ftp://pi.lan", /no web address/],
  ["publicUrl", "https:pi.lan", /no web address/],
  ["publicUrl", `https://user:${CANARY}@pi.lan`, /user name or password/],
  ["publicUrl", `https://pi.lan/?key=${CANARY}`, /neither \? nor #/],
  ["allowedHosts", `https://user:${CANARY}@pi.lan:80/${CANARY}`, /holds "pi\.lan": write bare names/],
  ["allowedHosts", "*.lan", /bare names/],
  ["allowedHosts", "pi..lan", /no host name/],
  ["allowedHosts", "-pi", /no host name/],
  ["store", `mysql://user:${CANARY}@db/tokens`, /knows sqlite: and postgres:/],
  ["store", `postgres://user:${CANARY}@db`, /names no database/],
  ["store", `postgres://user:${CANARY}@db/tokens?ssl=${CANARY}`, /a parameter that is not known/],
  ["trustedProxies", "proxy.lan", /neither an IP address nor a range/],
  ["trustedProxies", "10.0.0.0/33", /neither an IP address nor a range/],
  ["trustedProxies", "::1/129", /neither an IP address nor a range/],
  ["trustedProxies", "10.0.0.0/8/8", /neither an IP address nor a range/],
  ["trustedProxies", "0.0.0.0/0", /trust everybody/],
  ["noticeUrl", `https://ntfy.sh/a ${CANARY}`, /no web address/],
  ["noticeUrl", `ntfy+ftp://pi.lan/${CANARY}`, /no web address/],
  ["noticeUrl", `discord+https://pi.lan/${CANARY}`, /no web address/],
  ["metrics", "maybe", /neither on nor off/],
  ["logLevel", "trace", /none of debug, info, warn, error/],
  ["logFormat", "xml", /none of logfmt, json/],
  ["clientId", `https://dev.twitch.tv/${CANARY}`, /copy the Client ID that dev\.twitch\.tv shows/],
  ["clientId", `Client ID: ${CANARY}`, /holds blanks/],
  ["clientId", `${CANARY}!`, /30 lower-case letters and digits/],
  ["clientSecret", `${CANARY} and more`, /holds blanks/],
  ["redirectUri", "http://raspberrypi.local:8948/callback", /Twitch takes for localhost only/],
  ["redirectUri", "http://127.0.0.1:8948/callback", /Twitch takes for localhost only/],
  ["redirectUri", "http://localhost.example.org/callback", /Twitch takes for localhost only/],
  ["redirectUri", `http://localhost:8948/callback?code=${CANARY}`, /neither \? nor #/],
  ["redirectUri", "localhost:8948/callback", /no web address/],
  ["authUrl", "ws://id.twitch.tv", /no web address/],
  ["authUrl", `https://${CANARY}@id.twitch.tv/oauth2`, /user name or password/],
  ["apiUrl", `https://api.twitch.tv/helix?token=${CANARY}`, /neither \? nor #/],
];

Deno.test("settingProblem() refuses malformed values and repeats nothing that may be secret", () => {
  for (const [key, text, reason] of REFUSED) {
    const message = settingProblem(key, text) ?? "";
    assert.match(message, reason, `${key}: ${text}`);
    assert.ok(message.startsWith(settingOf(key).env), message);
    assert.ok(!message.includes(CANARY), message);
  }
  const shown = settingProblem("logLevel", CANARY) ?? "";
  assert.ok(shown.includes(CANARY), "the canary is visible where a value is repeated");
});

Deno.test("the table's examples and defaults are values that it takes", () => {
  for (const key of settingKeys()) {
    const { example, standard, byDefault } = settingOf(key);
    assert.equal(settingProblem(key, example), undefined, key);
    assert.ok(standard === undefined || standard === byDefault, key);
  }
  assert.match(settingProblem("port", "x") ?? "", /TOKEN_SERVER_PORT/);
});

Deno.test("the table keeps the client secret out of the command line", () => {
  for (const key of settingKeys()) {
    const { env, flag } = settingOf(key);
    assert.equal(flag === undefined, key === "clientSecret", env);
    // What commander makes of --data-dir is dataDir.
    if (flag) assert.equal(flag.slice(2).replace(/-(.)/g, (_, letter) => letter.toUpperCase()), key);
  }
});
