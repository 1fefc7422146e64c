/** The limit for this contract: Deno.serve that reads method, address, `accept` and the peer's address, and looks nothing up. */
const TOKEN = "abcdefghijklmnopqrstuvwxyz0123";
const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
const json = { "content-type": "application/json", "cache-control": "no-store" };
export let lastAsker = "";

Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT")), onListen() {} }, (request, info) => {
  if (request.method !== "GET" || request.url === "") return new Response("Not allowed", { status: 405 });
  lastAsker = info.remoteAddr.hostname;
  if (request.headers.get("accept") === "application/json") {
    return new Response(`"${TOKEN}"`, { headers: json });
  }
  return new Response(TOKEN, { headers });
});

// So that a profile of it is written.
Deno.addSignalListener("SIGTERM", () => Deno.exit());
