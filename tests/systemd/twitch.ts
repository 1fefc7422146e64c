/** A simulated Twitch that lives in the test, outlives reboots, and is reached from inside a machine. */
import { RunningCommand } from "../support/real_program.ts";
import { CONFIDENTIAL_CLIENT, type SimulatedTwitchOptions } from "../support/simulated_twitch/options.ts";
import { serveSimulatedTwitch } from "../support/simulated_twitch/server.ts";
import { createSimulatedTwitch, type SimulatedTwitch } from "../support/simulated_twitch/simulated_twitch.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import type { Machine } from "./machine.ts";
import { carry } from "./wire.ts";

/** Where it is inside every machine. */
const PORT = 9410;

/** The settings with which a server inside a machine finds it. */
export const SETTINGS = [
  `TWITCH_CLIENT_ID=${CONFIDENTIAL_CLIENT.id}`,
  `TWITCH_CLIENT_SECRET="${CONFIDENTIAL_CLIENT.secret}"`,
  `TWITCH_AUTH_URL=http://127.0.0.1:${PORT}/oauth2`,
  `TWITCH_API_URL=http://127.0.0.1:${PORT}/helix`,
  // Deno's own: the job runs at once and not at the next full minute.
  "DENO_CRON_TEST_SCHEDULE_OFFSET=200",
].join("\n");

/** The simulation, and the way to it. */
export class TwitchForMachines implements AsyncDisposable {
  readonly sim: SimulatedTwitch;
  readonly #socket: string;
  readonly #end: AsyncDisposableStack;
  #wire: RunningCommand | undefined;

  constructor(options: SimulatedTwitchOptions = {}) {
    this.sim = createSimulatedTwitch({ deviceInterval: 1, ...options });
    const end = new AsyncDisposableStack();
    this.#socket = `${end.use(temporaryDirectory()).path}/twitch`;
    const server = end.use(serveSimulatedTwitch(this.sim));
    const port = Number(new URL(server.origin).port);
    const listener = end.use(Deno.listen({ transport: "unix", path: this.#socket }));
    const carried = carry(listener, () => Deno.connect({ hostname: "127.0.0.1", port }));
    end.defer(() => void carried);
    this.#end = end;
  }

  /** From now on the machine reaches it, until `cut()` or a shutdown, after which it is to be called again. */
  async reach(machine: Machine): Promise<void> {
    await this.cut();
    const script = new URL("wire.ts", import.meta.url).pathname;
    const deno = [Deno.execPath(), "run", "--no-config", "--no-prompt", "-A", script];
    this.#wire = new RunningCommand(
      new Deno.Command("nsenter", {
        args: ["-t", `${machine.init}`, "-n", ...deno, `${PORT}`, this.#socket],
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
    await this.#wire.printed(/ready/);
  }

  /** A refused connection from now on. */
  async cut(): Promise<void> {
    await this.#wire?.[Symbol.asyncDispose]();
    this.#wire = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using _end = this.#end;
    await this.cut();
  }
}
