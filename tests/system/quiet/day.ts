/**
 * A day of the real program in a network namespace of its own, whose name server is ours, with every connection that it
 * tries recorded by strace. Prints what was looked up and connected to as JSON. To be run by `../quiet_test.ts`.
 */
import { loopbackWebhook } from "../../support/loopback_webhook.ts";
import { type Make, makes, type RealServer } from "../../support/real_program.ts";
import { type Connected, play, type Scene, until } from "../../support/scene.ts";
import { selfSignedCertificate } from "../../support/simulated_twitch/certificate.ts";
import { CONFIDENTIAL_CLIENT } from "../../support/simulated_twitch/options.ts";
import { serveSimulatedTwitch } from "../../support/simulated_twitch/server.ts";
import { serveNames } from "./names.ts";

const TWITCH = ["id.twitch.tv", "api.twitch.tv"];
/** Of https. */
const HTTPS = 443;
const HTTP = 80;
/** What the user typed. */
const TYPED = "hook.example.net";
/** A token lives four hours. */
const REFRESHES_A_DAY = 6;
/** So that a short day has them. In seconds. */
const LIFE = 3;
const PEER =
  /sa_family=AF_INET6?, sin6?_port=htons\((\d+)\).*?(?:inet_addr\("|inet_pton\(AF_INET6, ")([^"]+)"/;

/** What was recorded; peers as `address port`. */
export interface Recorded {
  readonly names: readonly string[];
  readonly peers: readonly string[];
}

const traces = await Deno.makeTempDir();

/** The same command, recorded; it stays the direct child, so that signals reach it. */
function recorded(make: Make): Make {
  const calls = "trace=connect,sendto,sendmsg,sendmmsg";
  const args = [
    "-D",
    "-ff",
    "-qq",
    "-s",
    "0",
    "-e",
    calls,
    "-o",
    `${traces}/trace`,
    make.command,
    ...make.args,
  ];
  return { ...make, command: "strace", args };
}

function peers(): Set<string> {
  const found = new Set<string>();
  for (const { name } of Deno.readDirSync(traces)) {
    for (const line of Deno.readTextFileSync(`${traces}/${name}`).split("\n")) {
      const [, port, address] = PEER.exec(line) ?? [];
      if (port !== undefined) found.add(`${address} ${port}`);
    }
  }
  return found;
}

/** Peers of this day on this machine by what they are. */
function recordedSoFar(asked: ReadonlySet<string>, named: ReadonlyMap<number, string>): Recorded {
  const known = [...peers()].map((peer) => {
    const [address, port] = peer.split(" ");
    return address === "127.0.0.1" ? named.get(Number(port)) ?? peer : peer;
  });
  return { names: [...asked].toSorted(), peers: [...new Set(known)].toSorted() };
}

async function askEverything(server: RealServer, { id }: Connected): Promise<void> {
  const paths = [
    ...[`/token?id=${id}`, `/token.json?id=${id}`, `/status?id=${id}`, `/status.txt?id=${id}`],
    ...[`/status.png?id=${id}`, "/healthz", "/metrics", "/", "/sign-in", "/help", `/as/${id}/helix/users`],
  ];
  for (const path of paths) await (await fetch(`${server.origin}${path}`)).body?.cancel();
  const said = await fetch(`${server.origin}/as/${id}/say`, { method: "POST", body: "hello" });
  await said.body?.cancel();
}

async function runEverything(scene: Scene, server: RealServer, { alias }: Connected): Promise<void> {
  await Deno.writeTextFile(`${scene.directory}/passphrase`, "four owls on a mast\n");
  const commands = [
    ["accounts", "list"],
    ["accounts", "refresh", alias],
    ["backup", "my.backup", "--passphrase-file", "passphrase"],
    ["config"],
    ["doctor"],
    ["doctor", "--show"],
    ["doctor", "--test-notice"],
    ["healthcheck", "--port", String(server.port)],
    ["version"],
  ];
  for (const words of commands) await scene.run(words);
}

async function day(scene: Scene, told: () => number): Promise<void> {
  const server = await scene.serve();
  const ada = await scene.signInByDevice("ada_live");
  const kohosuto = await scene.signInByPaste("kohosuto");
  await askEverything(server, ada);
  await runEverything(scene, server, ada);
  const refreshes = (): number =>
    scene.sim.requests.filter(({ params }) => params["grant_type"] === "refresh_token").length;
  await until(() => refreshes() >= 2 * REFRESHES_A_DAY);
  const before = told();
  scene.sim.disconnect(kohosuto.login, CONFIDENTIAL_CLIENT.id);
  await until(() => told() > before);
  await askEverything(server, kohosuto);
  await server.stop();
}

/** What a program does that is not quiet: the recording must show it. */
async function planted(make: Make): Promise<void> {
  const script = `
    await fetch("https://update.example.org/latest").catch(() => {});
    await Deno.connect({ hostname: "192.0.2.7", port: 4711 }).catch(() => {});
    await Deno.connect({ hostname: "2001:db8::7", port: 4712 }).catch(() => {});`;
  const { command, args } = recorded({ ...make, command: Deno.execPath(), args: ["eval", script] });
  await new Deno.Command(command, { args: [...args] }).output();
}

if (import.meta.main) {
  const ca = await Deno.makeTempFile();
  const tls = await selfSignedCertificate(Date.now(), TWITCH);
  await Deno.writeTextFile(ca, tls.cert);
  const make = makes().find(({ name }) => name === Deno.args[0]);
  if (make === undefined) throw new Error("there is no program");
  await using names = serveNames([...TWITCH, TYPED]);
  await using hook = loopbackWebhook();
  // From source Twitch is where it always is. An executable takes no certificate of ours.
  const isSource = make.name === "source";
  const https = { TWITCH_AUTH_URL: "", TWITCH_API_URL: "", DENO_CERT: ca };
  const http = {
    TWITCH_AUTH_URL: `http://${TWITCH[0]}/oauth2`,
    TWITCH_API_URL: `http://${TWITCH[1]}/helix`,
  };
  const env = {
    ...isSource ? https : http,
    TOKEN_SERVER_NOTICE_URL: hook.url.replace("127.0.0.1", TYPED),
    TOKEN_SERVER_METRICS: "on",
  };
  const ports = new Set<number>();
  await play({ make: recorded(make), env, twitch: { accessTokenLife: LIFE } }, async (scene) => {
    const where = isSource ? { port: HTTPS, tls } : { port: HTTP };
    await using _twitch = serveSimulatedTwitch(scene.sim, where);
    await day(scene, () => hook.bodies.length);
    for (const [, port] of scene.outputs().matchAll(/listening on port (\d+)/g)) ports.add(Number(port));
  });
  const named = new Map([[HTTPS, "twitch"], [HTTP, "twitch"], [Number(new URL(hook.url).port), "hook"], [
    53,
    "names",
  ]]);
  for (const port of ports) named.set(port, "own");
  const quiet = recordedSoFar(names.asked, named);
  await planted(make);
  const loud = recordedSoFar(names.asked, named);
  for (const path of [traces, ca]) await Deno.remove(path, { recursive: true });
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${JSON.stringify({ quiet, loud })}\n`));
}
