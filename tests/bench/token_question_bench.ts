/** What a token question costs inside the process, against the least that any answer costs. */
import { Relay } from "../../src/core/relay.ts";
import { createHandler } from "../../src/http/app.tsx";
import { ScriptedHelix } from "../support/scripted_helix.ts";
import { signedIn, world } from "../support/world.ts";

const made = await world();
const login = await signedIn(made);
const [known] = made.roster.ids.of(login);
const id = known?.id.reveal() ?? "";
const { roster, refresher, connector, log, clock } = made;
const relay = new Relay(roster, refresher, new ScriptedHelix(made.twitch));
const handler = createHandler({
  ...{ roster, refresher, connector, relay, log, clock },
  hosts: { allowed: () => [] },
  redirectUri: () => "http://localhost:8948/callback",
  presets: [],
  permissions: [],
  health: () => ({ status: "ok", logins: { connected: 1, retrying: 0, needs_login: 0 } }),
  saveApp: () => Promise.resolve(),
  allowHost: () => {},
  version: "bench",
  port: () => 8948,
  baseUrls: () => [],
});
const request = new Request(`http://127.0.0.1:8948/token?id=${id}`);
const peer = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1" } };
const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

Deno.bench("bare answer with the same headers", { group: "token question", baseline: true }, () => {
  new Response("abcdefghijklmnopqrstuvwxyz0123", { headers });
});

Deno.bench("the token question", { group: "token question" }, () => {
  handler(request, peer);
});
