/** The limit: what Deno.serve does when a handler reads the address and nothing else. */
const TOKEN = "abcdefghijklmnopqrstuvwxyz0123";
const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

Deno.serve(
  { hostname: "127.0.0.1", port: Number(Deno.env.get("PORT")), onListen() {} },
  ({ url }) => url === "" ? new Response("Not found", { status: 404 }) : new Response(TOKEN, { headers }),
);
