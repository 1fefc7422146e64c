import type { CompanionChoice } from "../../src/core/companion_choice.ts";
import { AppError } from "../../src/core/error.ts";
import type { RecentEvent } from "../../src/core/events.ts";
import { Secret } from "../../src/core/secret.ts";
import type { PutOff } from "../../src/core/start_steps.ts";
import type {
  BackupDeps,
  BackupState,
  KeyDeps,
  MadeBackup,
  NameDeps,
  NoticeDeps,
  NoticeTest,
  SettingsDeps,
  StartDeps,
} from "../../src/http/settings_deps.ts";

/** What the wizard and the settings ask for, in memory, for a test to look at and to change. */
export class SettingsFakes {
  chosen: CompanionChoice | undefined;
  putOff: PutOff = { steps: [], quiet: false };
  /** Whole addresses; the pages show hosts. */
  addresses: string[] = [];
  noticesFixed = false;
  tests: readonly NoticeTest[] = [];
  readonly fixedNames: string[] = [];
  allowedNames: string[] = [];
  state: BackupState = { keys: [], automatic: undefined };
  made: MadeBackup = { ref: "a-backup", accounts: 1, left: [], kept: true };
  readonly passphrases: string[] = [];
  readonly restored: (readonly [text: string, typed: string])[] = [];
  /** Thrown by the next backup or restore. */
  failure: AppError | undefined;
  recent: readonly RecentEvent[] = [];
  readonly start: StartDeps = {
    choose: (choice) => {
      this.chosen = choice;
      return Promise.resolve();
    },
    putOff: () => this.putOff,
    putOffStep: (step) => {
      this.putOff = { ...this.putOff, steps: [...this.putOff.steps, step] };
      return Promise.resolve();
    },
    beQuiet: () => {
      this.putOff = { ...this.putOff, quiet: true };
      return Promise.resolve();
    },
  };

  get #notices(): NoticeDeps {
    const isFixed = (): boolean => this.noticesFixed;
    return {
      get fixed() {
        return isFixed();
      },
      hosts: () => this.addresses.map((address) => new URL(address).host),
      suggestion: () => new Secret("https://ntfy.sh/companion-tokens-abcdefgh"),
      add: (address) => {
        if (!URL.canParse(address.reveal())) {
          const hint = "Copy the whole address; it begins with https://";
          const text = "Cannot use this address: it is no single web address";
          return Promise.reject(new AppError("usage", text, { hint }));
        }
        this.addresses.push(address.reveal());
        return Promise.resolve();
      },
      remove: (place) => {
        this.addresses = this.addresses.toSpliced(place, 1);
        return Promise.resolve();
      },
      test: () => Promise.resolve(this.tests),
    };
  }

  get #names(): NameDeps {
    return {
      fixed: this.fixedNames,
      allowed: () => this.allowedNames,
      allow: (name) => {
        this.allowedNames.push(name);
        return Promise.resolve();
      },
      remove: (name) => {
        this.allowedNames = this.allowedNames.filter((one) => one !== name);
        return Promise.resolve();
      },
    };
  }

  readonly backups: BackupDeps = {
    state: () => Promise.resolve(this.state),
    byPassphrase: (passphrase) => {
      this.passphrases.push(passphrase.reveal());
      return this.#done(this.made);
    },
    byKnownKeys: () => this.#done(this.made),
    byNewCode: () => this.#done({ ...this.made, code: new Secret("0A1-B2C-D3E") }),
    download: (ref) => ref === this.made.ref ? { name: "companion.backup", text: "sealed text" } : undefined,
    restore: (text, typed) => {
      this.restored.push([text, typed.reveal()]);
      return this.#done({
        createdAt: 0,
        accounts: [{ alias: "owl", outcome: "added" }, { alias: "wren", outcome: "other_app" }],
        app: "kept",
      });
    },
  };

  /** What is typed and opens the logins; undefined where nothing does. */
  passphrase: string | undefined;
  readonly unlocked: (readonly [typed: string, from: string])[] = [];
  readonly #keys: KeyDeps = {
    canUnlock: () => Promise.resolve(this.passphrase !== undefined),
    unlock: (typed, from) => {
      this.unlocked.push([typed.reveal(), from]);
      return typed.reveal() === this.passphrase ? Promise.resolve() : Promise.reject(
        new AppError("wrong_password", "Cannot open the logins: it is not what opens them"),
      );
    },
  };

  /** For the server; what is changed here later counts there. */
  get deps(): SettingsDeps {
    return {
      companion: () => this.chosen,
      events: () => this.recent,
      start: this.start,
      notices: this.#notices,
      names: this.#names,
      backups: this.backups,
      keys: this.#keys,
      appIsFixed: false,
    };
  }

  async #done<T>(answer: T): Promise<T> {
    if (this.failure !== undefined) throw this.failure;
    return await Promise.resolve(answer);
  }
}
