/* Node, Express and better-sqlite3: a prepared statement and an encrypted column, read and opened at each question. */
const { createDecipheriv, createCipheriv, randomBytes } = require("node:crypto");
const { mkdtempSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const express = require("express");
const Database = require("better-sqlite3");

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const key = randomBytes(32);

function seal(text) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function open(bytes) {
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(bytes.subarray(12, 28));
  return decipher.update(bytes.subarray(28), undefined, "utf8") + decipher.final("utf8");
}

const database = new Database(
  join(process.env.FOLDER ?? mkdtempSync(join(tmpdir(), "express-")), "logins.sqlite"),
);
database.pragma("journal_mode = WAL");
database.exec(
  "CREATE TABLE IF NOT EXISTS login (id TEXT PRIMARY KEY, token BLOB NOT NULL, expires_at INTEGER NOT NULL) STRICT",
);
database.prepare("INSERT OR REPLACE INTO login VALUES (?, ?, ?)")
  .run(process.env.ID, seal("abcdefghijklmnopqrstuvwxyz0123"), Date.now() + 864e5);
const find = database.prepare("SELECT token, expires_at FROM login WHERE id = ?");

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.get("/token", (request, response) => {
  const id = String(request.query.id ?? "").toLowerCase();
  if (!GUID.test(id)) return response.status(400).type("text").send("Not an id");
  const row = find.get(id);
  if (row === undefined) return response.status(404).type("text").send("Unknown id");
  if (row.expires_at <= Date.now()) return response.status(503).type("text").send("No token");
  const token = open(row.token);
  response.set("cache-control", "no-store");
  if (request.get("accept") === "application/json") return response.json(token);
  response.type("text").send(token);
});
app.listen(Number(process.env.PORT), "127.0.0.1");
