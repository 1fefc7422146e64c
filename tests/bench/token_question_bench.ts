/** What a token question costs inside the process, against the least that any answer costs. */
import { around } from "../http/house.ts";
import { signedIn, world } from "../support/world.ts";

const made = await world();
const login = await signedIn(made);
const [known] = made.roster.ids.of(login);
const { handler } = around(made);
const request = new Request(`http://127.0.0.1:8948/token?id=${known?.id.reveal() ?? ""}`);
const peer = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1" } };
const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

Deno.bench("bare answer with the same headers", { group: "token question", baseline: true }, () => {
  new Response("abcdefghijklmnopqrstuvwxyz0123", { headers });
});

Deno.bench("the token question", { group: "token question" }, () => {
  handler(request, peer);
});
