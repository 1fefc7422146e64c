/** What kills the process that holds it, at one call of one method of a port. */

/** Where to die: the `call`th time that `step` comes by, `before sealGrant` for one. */
export interface Death {
  readonly step: string;
  readonly call: number;
}

/** Some methods are one step: a code is exchanged at the same address, however it was come by. */
const STEPS: Readonly<Record<string, string>> = {
  beginRefresh: "beginRefresh",
  endRefresh: "endRefresh",
  replace: "replace",
  learn: "learn",
  add: "add",
  addId: "addId",
  addSlot: "addSlot",
  saveSetting: "saveSetting",
  refresh: "refresh",
  validate: "validate",
  exchangeCode: "exchange",
  pollDevice: "exchange",
  sealGrant: "sealGrant",
  seal: "seal",
  lease: "lease",
};

/** Kills this process at its death, once it is armed. */
export class Knife {
  readonly #death: Death | undefined;
  readonly #tell: (event: string) => void;
  #calls = 0;
  armed = false;

  /** `tell` hears of each step that comes by, also of the last. */
  constructor(death: Death | undefined, tell: (event: string) => void) {
    this.#death = death;
    this.#tell = tell;
  }

  /** A step comes by. */
  pass(step: string): void {
    if (!this.armed) return;
    this.#tell(step);
    if (step !== this.#death?.step || ++this.#calls < this.#death.call) return;
    Deno.kill(Deno.pid, "SIGKILL");
    // The signal may take a moment to come; not one more line of the program runs in it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
}

/** The same port, with the knife before and after each step. */
export function under<Port extends object>(knife: Knife, port: Port): Port {
  return new Proxy(port, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const step = STEPS[String(name)];
      if (step === undefined) return value.bind(target);
      return async function (...input: unknown[]): Promise<unknown> {
        knife.pass(`before ${step}`);
        const result = await value.apply(target, input);
        knife.pass(`after ${step}`);
        return result;
      };
    },
  });
}
