/* Node and Express, a login in a file of its own, encrypted: read and opened at each question. */
const { createDecipheriv, createCipheriv, createHash, randomBytes } = require("node:crypto");
const { mkdtempSync, writeFileSync } = require("node:fs");
const { readFile } = require("node:fs/promises");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const express = require("express");

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const key = randomBytes(32);
const folder = process.env.FOLDER ?? mkdtempSync(join(tmpdir(), "express-"));
const fileOf = (id) => join(folder, createHash("sha256").update(id).digest("hex"));

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

const login = {
  access_token: "abcdefghijklmnopqrstuvwxyz0123",
  refresh_token: "r".repeat(50),
  expires_at: Date.now() + 864e5,
};
writeFileSync(fileOf(process.env.ID), seal(JSON.stringify(login)));

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.get("/token", async (request, response) => {
  const id = String(request.query.id ?? "").toLowerCase();
  if (!GUID.test(id)) return response.status(400).type("text").send("Not an id");
  let stored;
  try {
    stored = JSON.parse(open(await readFile(fileOf(id))));
  } catch {
    return response.status(404).type("text").send("Unknown id");
  }
  if (stored.expires_at <= Date.now()) return response.status(503).type("text").send("No token");
  response.set("cache-control", "no-store");
  if (request.get("accept") === "application/json") return response.json(stored.access_token);
  response.type("text").send(stored.access_token);
});
app.listen(Number(process.env.PORT), "127.0.0.1");
