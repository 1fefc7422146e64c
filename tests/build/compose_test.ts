/** .container/compose.yml and Caddyfile, by what they must say: there is no Docker where the tests run. */
import assert from "node:assert/strict";
import { environmentNames, SETTINGS } from "../../src/cli/settings.ts";

const read = (path: string): string => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
const COMPOSE = read(".container/compose.yml").replaceAll(/^ *#.*\n/gm, "");
const PAGE = read(".github/POSTGRES.md");

/** What is nested below a key, one level less deep. */
function below(text: string, key: string): string {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => new RegExp(`^${key}:`).test(line));
  assert.ok(at >= 0, key);
  const end = lines.findIndex((line, place) => place > at && /^\S/.test(line));
  return lines.slice(at + 1, end < 0 ? undefined : end).map((line) => line.slice(2)).join("\n");
}

/** The keys of a level. */
function keys(text: string): string[] {
  return [...text.matchAll(/^([\w-]+):/gm)].map(([, key = ""]) => key);
}

function service(name: string): string {
  const own = below(below(COMPOSE, "services"), name);
  return own.includes("<<: *instance") ? `${own}\n${below(COMPOSE, "x-instance")}` : own;
}

const INSTANCES = keys(below(COMPOSE, "services")).filter((name) => name.startsWith("tokens-"));

Deno.test("compose.yml has two instances that share store and key by files alone", () => {
  assert.deepEqual(INSTANCES, ["tokens-1", "tokens-2"]);
  for (const name of INSTANCES) {
    const text = service(name);
    const environment = below(text, "environment");
    assert.match(environment, /^TOKEN_SERVER_STORE_FILE: \/run\/secrets\/store$/m);
    assert.match(environment, /^TOKEN_SERVER_KEY_FILE: \/run\/secrets\/key$/m);
    assert.match(text, /^secrets: \[store, key\]$/m);
    for (const setting of keys(environment)) assert.ok(environmentNames().includes(setting), setting);
    assert.match(text, /^read_only: true$/m);
    const user = /^USER (\d+):(\d+)$/m.exec(read(".container/Dockerfile"));
    assert.ok(text.includes(`tmpfs: ["/data:mode=0700,uid=${user?.[1]},gid=${user?.[2]}"]`));
  }
});

Deno.test("compose.yml holds no secret, and POSTGRES.md says how each is made", () => {
  assert.doesNotMatch(COMPOSE, /postgres:\/\/|_PASSWORD:|\bkey-1:/);
  const files = [...below(COMPOSE, "secrets").matchAll(/^([\w-]+): \{ file: \.\/(secrets\/\S+) \}$/gm)];
  assert.deepEqual(files.map(([, name]) => name), ["store", "key", "database-password"]);
  for (const [, , file = ""] of files) assert.ok(PAGE.includes(`>${file}`), file);
});

Deno.test("compose.yml shows the proxy alone to the outside, and believes nobody else", () => {
  for (const name of keys(below(COMPOSE, "services"))) {
    assert.equal(/^ports:/m.test(service(name)), name === "proxy", name);
  }
  assert.match(service("database"), /^networks: \[back\]$/m);
  assert.match(service("proxy"), /^networks: \[front\]$/m);
  assert.match(below(below(COMPOSE, "networks"), "back"), /^internal: true$/m);
  const subnet = /subnet: ([\d./]+)/.exec(below(below(COMPOSE, "networks"), "front"))?.[1];
  assert.match(service("tokens-1"), new RegExp(`TOKEN_SERVER_TRUSTED_PROXIES: ${subnet}$`, "m"));
});

Deno.test("Caddyfile asks every instance of compose.yml, at the port that they have", () => {
  const upstreams = /reverse_proxy (.*) \{/.exec(read(".container/Caddyfile"))?.[1]?.split(" ");
  assert.deepEqual(upstreams, INSTANCES.map((name) => `${name}:${SETTINGS.port.standard}`));
});
