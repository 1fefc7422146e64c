/** The token question as a Hono application alone: one route, tokens in memory. */
import { Hono } from "hono";

const tokens = new Map([[Deno.env.get("ID") ?? "", "abcdefghijklmnopqrstuvwxyz0123"]]);
const app = new Hono();

app.get("/token", (c) => {
  const token = tokens.get(c.req.query("id")?.toLowerCase() ?? "");
  c.header("cache-control", "no-store");
  if (token === undefined) return c.text("Unknown id", 404);
  return c.req.header("accept") === "application/json" ? c.json(token) : c.text(token);
});

Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT")), onListen() {} }, app.fetch);
