/* Node and Express with every token in memory: as fast as Express can answer. */
const express = require("express");

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const tokens = new Map([
  [process.env.ID, { token: "abcdefghijklmnopqrstuvwxyz0123", expiresAt: Date.now() + 864e5 }],
]);

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.get("/token", (request, response) => {
  const id = String(request.query.id ?? "").toLowerCase();
  if (!GUID.test(id)) return response.status(400).type("text").send("Not an id");
  const known = tokens.get(id);
  if (known === undefined) return response.status(404).type("text").send("Unknown id");
  if (known.expiresAt <= Date.now()) return response.status(503).type("text").send("No token");
  response.set("cache-control", "no-store");
  if (request.get("accept") === "application/json") return response.json(known.token);
  response.type("text").send(known.token);
});
app.listen(Number(process.env.PORT), "127.0.0.1");
