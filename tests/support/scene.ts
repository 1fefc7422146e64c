/**
 * A test of the real program: a directory, a simulated Twitch, and every process that the test starts. At its end
 * nothing runs any more, and no secret of it is in a file or an output where it may not be.
 */
import { assertNoLeaks, type Place, printed } from "./leaks.ts";
import { type Ended, type Make, makes, type RealServer, type RunningCommand } from "./real_program.ts";
import { atTerminal, startCommand, startServer } from "./real_program.ts";
import {
  CONFIDENTIAL_CLIENT,
  REDIRECT_URI,
  type SimulatedClient,
  type SimulatedTwitchOptions,
} from "./simulated_twitch/options.ts";
import { serveSimulatedTwitch, type SimulatedTwitchServer } from "./simulated_twitch/server.ts";
import { createSimulatedTwitch, type SimulatedTwitch } from "./simulated_twitch/simulated_twitch.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

/** No scene takes so long unless something hangs. In milliseconds. */
const LIMIT = 45_000;

/** What a scene is made of. */
export interface Setting {
  readonly make: Make;
  /** The app that the settings name. Default: the confidential one. */
  readonly client?: SimulatedClient;
  readonly twitch?: SimulatedTwitchOptions;
  /** Added to the settings of every process; an empty text takes one away. */
  readonly env?: Readonly<Record<string, string>>;
  /** In milliseconds; longer where the program is emulated. */
  readonly limit?: number;
}

/** Settings of one process. */
export interface Further {
  readonly env?: Readonly<Record<string, string>>;
  /** The lines of standard input, which ends after them. */
  readonly input?: readonly string[];
}

/** The last line of `login --json`. */
export interface Connected {
  readonly id: string;
  readonly alias: string;
  readonly login: string;
  readonly expiresAt: string;
}

/** Plays a scene: `act` with a new one, then the search for leaks. */
export async function play(setting: Setting, act: (scene: Scene) => Promise<void>): Promise<void> {
  await using scene = new Scene(setting);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Cannot end the scene: something hangs\n${scene.outputs()}`)),
      setting.limit ?? LIMIT,
    );
  });
  try {
    await Promise.race([act(scene), late]);
  } finally {
    clearTimeout(timer);
  }
  await scene.end();
}

/** Plays a scene with the program from source and with the executable, at the same time. */
export async function playAll(
  setting: Omit<Setting, "make">,
  act: (scene: Scene) => Promise<void>,
): Promise<void> {
  const played = await Promise.allSettled(makes().map((make) => play({ ...setting, make }, act)));
  const failed = played.flatMap((one, at) =>
    one.status === "rejected" ? [new Error(`with ${makes()[at]?.name}`, { cause: one.reason })] : []
  );
  if (failed.length > 0) throw new AggregateError(failed, failed.map(({ message }) => message).join(", "));
}

/** What a test has to do with. */
export class Scene implements AsyncDisposable {
  readonly sim: SimulatedTwitch;
  readonly client: SimulatedClient;
  readonly #make: Make;
  readonly #env: Readonly<Record<string, string>>;
  readonly #directory = temporaryDirectory();
  readonly #processes: { readonly words: string; readonly process: RunningCommand }[] = [];
  /** Each stands in one `serve.json`, whose path this is. */
  readonly #serveSecrets = new Map<string, string>();
  readonly #further = new Set<string>();
  #twitch: SimulatedTwitchServer;

  constructor({ make, client = CONFIDENTIAL_CLIENT, twitch = {}, env = {} }: Setting) {
    this.sim = createSimulatedTwitch({ deviceInterval: 1, ...twitch });
    this.client = client;
    this.#make = make;
    this.#twitch = serveSimulatedTwitch(this.sim);
    this.#env = {
      TWITCH_CLIENT_ID: client.id,
      TWITCH_CLIENT_SECRET: client.secret ?? "",
      TWITCH_REDIRECT_URI: REDIRECT_URI,
      TWITCH_AUTH_URL: this.#twitch.authUrl,
      TWITCH_API_URL: this.#twitch.apiUrl,
      TOKEN_SERVER_LOG_LEVEL: "debug",
      DENO_CRON_TEST_SCHEDULE_OFFSET: "200",
      ...env,
    };
  }

  /** Where the processes run. */
  get directory(): string {
    return this.#directory.path;
  }

  /** Where they keep their data. */
  get data(): string {
    return `${this.directory}/data`;
  }

  /** Starts the server on a free port. */
  async serve(args: readonly string[] = [], further: Further = {}): Promise<RealServer> {
    const server = await startServer(this.#start(further), args);
    this.#processes.push({ words: ["serve", ...args].join(" "), process: server.process });
    const own = further.env?.["TOKEN_SERVER_DATA_DIR"];
    const data = own === undefined ? this.data : `${this.directory}/${own}`;
    this.#serveSecrets.set(
      JSON.parse(await Deno.readTextFile(`${data}/serve.json`)).secret,
      `${data}/serve.json`,
    );
    return server;
  }

  /** Starts a command and leaves it running. */
  start(args: readonly string[], further: Further = {}): RunningCommand {
    const process = startCommand(this.#start(further), args);
    this.#processes.push({ words: args.join(" "), process });
    return process;
  }

  /** Starts a command at a terminal, where `hasTerminal` says that there is one. */
  startAtTerminal(args: readonly string[]): RunningCommand {
    const start = this.#start({});
    const process = startCommand({ ...start, make: atTerminal(start.make, args) }, []);
    this.#processes.push({ words: args.join(" "), process });
    return process;
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], further: Further = {}): Promise<Ended> {
    const process = this.start(args, further);
    for (const line of further.input ?? []) await process.type(line);
    await process.endInput();
    return await process.ended();
  }

  /** Signs in as quickly as the app can: to be used where the way does not matter. */
  signIn(user?: string, further: Further = {}): Promise<Connected> {
    return this.client.secret === undefined
      ? this.signInByDevice(user, further)
      : this.signInByPaste(user, further);
  }

  /** `login --device`, approved at once. */
  async signInByDevice(user?: string, further: Further = {}): Promise<Connected> {
    const login = this.start(["login", "--device", "--json"], further);
    const { userCode } = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
    this.sim.approveDevice(userCode, user === undefined ? {} : { user });
    return connectedIn(await login.ended());
  }

  /** `login --paste`, approved at once. */
  async signInByPaste(user?: string, further: Further = {}): Promise<Connected> {
    const login = this.start(["login", "--paste", "--json"], further);
    const { authorizeUrl } = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
    await login.type(await this.sim.signIn(authorizeUrl, user === undefined ? {} : { user }));
    return connectedIn(await login.ended());
  }

  /** A refused connection from now on. */
  async twitchGoes(): Promise<void> {
    await this.#twitch.close();
  }

  /** At the same address again. */
  twitchReturns(): void {
    this.#twitch = serveSimulatedTwitch(this.sim, { port: Number(new URL(this.#twitch.origin).port) });
  }

  /** One more text that may be in no file and no output. */
  keepSecret(text: string): void {
    this.#further.add(text);
  }

  /** What the processes have printed so far. */
  outputs(): string {
    return this.#processes.map(({ words, process }) => `$ ${words}\n${process.stdout}${process.stderr}`).join(
      "\n",
    );
  }

  /** Kills what still runs, so that nothing is tidied up, and looks for leaks. */
  async end(): Promise<void> {
    await this.#killAll();
    const ids = this.#processes.flatMap(({ process }) => process.stdout.match(ID) ?? []);
    const states = this.sim.requests.flatMap(({ params }) => params["state"] ?? []);
    const userCodes = this.#processes.flatMap(({ process }) => USER_CODE.exec(process.stdout)?.[1] ?? []);
    const passwords = this.#processes.flatMap(({ process }) =>
      [...process.stdout.matchAll(ID_PASSWORD)].flatMap(([, password]) => password ?? [])
    );
    const shown = new Set([...ids, ...states, ...userCodes]);
    const codes = this.#processes.flatMap(({ process }) => SETUP_CODE.exec(process.stdout)?.[1] ?? []);
    // Several instances have one that is in the data directory of none.
    const keys = [`${this.data}/key`, `${this.directory}/key`];
    const key = (await Promise.all(keys.map(keyIn))).flat();
    const clientSecrets = this.sim.requests.flatMap(({ params }) => params["client_secret"] ?? []);
    const secrets = new Set([
      ...this.sim.secrets(),
      ...clientSecrets,
      ...this.#further,
      ...this.#serveSecrets.keys(),
      ...shown,
      ...codes,
      ...passwords,
      ...key,
      ...this.client.secret === undefined ? [] : [this.client.secret],
    ]);
    assertNoLeaks({
      secrets,
      directory: this.directory,
      outputs: this.#processes.flatMap(placesOf),
      allows: ({ secret, place }) =>
        this.#serveSecrets.get(secret) === place ||
        (key.includes(secret) && keys.includes(place)) ||
        (passwords.includes(secret) && SHOWS_PASSWORDS.test(place)) ||
        (shown.has(secret) && SHOWS_IDS.test(place)) ||
        (codes.includes(secret) && SHOWS_SETUP_CODE.test(place)),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#killAll();
    await this.#twitch.close();
    this.#directory[Symbol.dispose]();
  }

  #start({ env }: Further) {
    return { make: this.#make, directory: this.directory, env: { ...this.#env, ...env } };
  }

  async #killAll(): Promise<void> {
    for (const { process } of this.#processes) await process[Symbol.asyncDispose]();
  }
}

const ID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const USER_CODE = /"userCode":"([A-Z]{8,})"/;
const ID_PASSWORD = /companion:([\w-]{22})@/g;
const SETUP_CODE = /\/welcome\?code=(\S+)/;
/** Terminal and log of a server that has no password yet, and the commands that exist to show its setup code. */
const SHOWS_SETUP_CODE = /^(std(out|err) of serve|stdout of setup)\b/;
/** The standard output of commands that exist to show ids, or the state or the code of the sign-in that they begin. */
const SHOWS_IDS = /^stdout of (login|accounts (list|show|rotate-id|export-companion))\b/;

/** The same for the passwords beside ids. */
const SHOWS_PASSWORDS = /^stdout of accounts (protect|export-companion)\b/;

function placesOf({ words, process }: { words: string; process: RunningCommand }): Place[] {
  return [printed(`stdout of ${words}`, process.stdout), printed(`stderr of ${words}`, process.stderr)];
}

async function keyIn(path: string): Promise<string[]> {
  try {
    return [(await Deno.readTextFile(path)).trim().replace(/^.*:/, "")];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

function connectedIn({ code, stdout, stderr }: Ended): Connected {
  if (code !== 0) throw new Error(`Cannot sign in: login ended with ${code}\n${stdout}${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

/** What a question was answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
}

/** Asks the server for the token of an id, as Companion does. */
export async function ask({ origin }: RealServer, id: string): Promise<Answer> {
  const response = await fetch(`${origin}/token?id=${id}`);
  return {
    status: response.status,
    body: await response.text(),
    retryAfter: response.headers.get("retry-after"),
  };
}

/** The line that a button shows. */
export async function statusLine({ origin }: RealServer, id: string): Promise<string> {
  return await (await fetch(`${origin}/status.txt?id=${id}`)).text();
}

/** Asks until the answer will do; what the process does in between is its own affair, so it is asked again and again. */
export async function askUntil(
  server: RealServer,
  id: string,
  enough: (answer: Answer) => boolean,
): Promise<Answer> {
  while (true) {
    const answer = await ask(server, id);
    if (enough(answer)) return answer;
    await pause();
  }
}

/** Prints how long something took since `began`, a reading of `performance.now()`: for people, and for no assertion. */
export function printTime(what: string, began: number): void {
  const line = `${what}: ${Math.round(performance.now() - began)} ms\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

/** Waits until `condition` holds; the limit of the scene bounds it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await pause();
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}
