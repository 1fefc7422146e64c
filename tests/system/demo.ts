/**
 * The whole job in ten seconds without a Twitch account: a simulated Twitch whose tokens live for twenty seconds, the
 * real server, an account that is signed in, and a line to ask for its token. Ends with Ctrl-C, and leaves nothing.
 */
import { makes, type RealServer, startCommand, startServer } from "../support/real_program.ts";
import { CONFIDENTIAL_CLIENT, FIRST_USER } from "../support/simulated_twitch/options.ts";
import { serveSimulatedTwitch } from "../support/simulated_twitch/server.ts";
import { createSimulatedTwitch, type SimulatedTwitch } from "../support/simulated_twitch/simulated_twitch.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** Seconds. */
const TOKEN_LIFE = 20;
const REFRESHED = /event="login refreshed"/g;

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** Resolves at Ctrl-C, or when the time that `--seconds N` allows is over. */
function untilStopped(): Promise<void> {
  const at = Deno.args.indexOf("--seconds");
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      if (Deno.build.os !== "windows" || signal === "SIGINT") Deno.addSignalListener(signal, resolve);
    }
    if (at >= 0) setTimeout(resolve, Number(Deno.args[at + 1]) * 1000);
  });
}

async function signIn(
  start: Parameters<typeof startCommand>[0],
  sim: SimulatedTwitch,
): Promise<{ id: string }> {
  await using login = startCommand(start, ["login", "--device", "--json"]);
  const { userCode } = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
  sim.approveDevice(userCode);
  const { code, stdout, stderr } = await login.ended();
  if (code !== 0) throw new Error(`login ended with ${code}: ${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

/** Tells each refresh as it happens. */
async function tellRefreshes(server: RealServer, stopped: Promise<void>): Promise<void> {
  let told = 0;
  let over = false;
  stopped.then(() => over = true);
  while (!over) {
    await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, 250))]);
    const refreshes = [...server.process.stderr.matchAll(REFRESHED)].length;
    for (; told < refreshes; told++) say(`refresh ${told + 1}: the line above answers a new token now`);
  }
}

async function demo(): Promise<void> {
  using directory = temporaryDirectory();
  const sim = createSimulatedTwitch({ accessTokenLife: TOKEN_LIFE, deviceInterval: 1 });
  await using twitch = serveSimulatedTwitch(sim);
  const [make] = makes().slice(-1);
  if (make === undefined) throw new Error("there is no program to start");
  const env = {
    TWITCH_CLIENT_ID: CONFIDENTIAL_CLIENT.id,
    TWITCH_CLIENT_SECRET: CONFIDENTIAL_CLIENT.secret,
    TWITCH_AUTH_URL: twitch.authUrl,
    TWITCH_API_URL: twitch.apiUrl,
    DENO_CRON_TEST_SCHEDULE_OFFSET: "200",
  };
  const start = { make, directory: directory.path, env };
  const stopped = untilStopped();
  say("A simulated Twitch and the real server are starting …");
  await using server = await startServer(start);
  const { id } = await signIn(start, sim);
  say(
    `${FIRST_USER.displayName} has signed in. Tokens live for ${TOKEN_LIFE} seconds here. Ask for one, in another terminal:\n`,
  );
  say(`curl '${server.origin}/token?id=${id}'\n`);
  const [, setupLink] = await server.process.printed(/^ +(http:\/\/localhost:\S+\/welcome\?code=\S+)$/m);
  say(`Pages: ${setupLink}\nCtrl-C ends the demonstration and leaves nothing behind`);
  await tellRefreshes(server, stopped);
  await server.stop();
}

if (import.meta.main) {
  await demo();
  Deno.exit(0);
}
