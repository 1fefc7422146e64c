/** What the wizard and the settings pages ask of the rest of the program. */
import type { Time } from "../core/account.ts";
import type { BackupKeyKind } from "../core/backup_keys.ts";
import type { CompanionChoice } from "../core/companion_choice.ts";
import type { RecentEvent } from "../core/events.ts";
import type { Awaitable } from "../core/ports.ts";
import type { RestoreOutcome } from "../core/restore.ts";
import type { Secret } from "../core/secret.ts";
import type { PutOff, Step } from "../core/start_steps.ts";

/** What somebody has said in the wizard. */
export interface StartDeps {
  /** Throws `AppError` `disk`. */
  choose(choice: CompanionChoice): Promise<void>;
  putOff(): PutOff;
  /** Throws `AppError` `disk`. */
  putOffStep(step: Step): Promise<void>;
  /** The home page speaks of open steps no more. Throws `AppError` `disk`. */
  beQuiet(): Promise<void>;
}

/** How an address took a test. Its host is all that is said of it. */
export interface NoticeTest {
  readonly host: string;
  readonly worked: boolean;
  /** In English, reads on after the host's name; null if it worked. */
  readonly reason: string | null;
}

/** Where notices go. An address is a secret: after it was entered its host alone is shown. */
export interface NoticeDeps {
  /** Flag or environment name the addresses; what is stored does not count then. */
  readonly fixed: boolean;
  /** Of the addresses in use, in their order. */
  hosts(): readonly string[];
  /** The address of a topic at ntfy.sh that nobody guesses. The same until it is used. */
  suggestion(): Secret;
  /** Used from now on. Throws `AppError` `usage` if it is no address, `exists`, `settings` where they are fixed. */
  add(address: Secret): Promise<void>;
  /** Takes the address at this place out. Throws `AppError` `not_found` if another host is there. */
  remove(place: number, host: string): Promise<void>;
  /** Sends a test message to every address at once. */
  test(): Promise<readonly NoticeTest[]>;
}

/** Names under which this server may be addressed, beyond those that it knows by itself. */
export interface NameDeps {
  /** From flag or environment. */
  readonly fixed: readonly string[];
  /** Those that a person has allowed. */
  allowed(): readonly string[];
  /** From then on `Hosts.allowed()` holds it. Throws `AppError` `disk`. */
  allow(name: string): Promise<void>;
  /** Throws `AppError` `not_found`, `disk`. */
  remove(name: string): Promise<void>;
}

/** A backup as a download. */
export interface BackupDownload {
  readonly name: string;
  readonly text: string;
}

/** A backup that was made just now. */
export interface MadeBackup {
  /** It can be downloaded under this name for a while. */
  readonly ref: string;
  readonly accounts: number;
  /** Aliases of accounts that are not in it, for the key does not open them. */
  readonly left: readonly string[];
  /** False if the disk did not take the new key: backups that are made by themselves go on as before. */
  readonly kept: boolean;
}

/** What there is of backups. */
export interface BackupState {
  readonly keys: readonly { readonly kind: BackupKeyKind; readonly setAt: Time; readonly inUse: boolean }[];
  /** Undefined where no folder is set. */
  readonly automatic:
    | { readonly folder: string; readonly count: number; readonly newest: Time | undefined }
    | undefined;
}

/** What a restore has done. */
export interface RestoreReport {
  readonly createdAt: Time;
  readonly accounts: readonly { readonly alias: string; readonly outcome: RestoreOutcome }[];
  readonly app: "stored" | "kept" | "none";
}

/** Backups and restores, on the running server. All throw `AppError` `locked` while the key is missing. */
export interface BackupDeps {
  state(): Promise<BackupState>;
  /** Sealed by this passphrase, and by the recovery code if there is one. Throws `AppError` `usage` if it is too short. */
  byPassphrase(passphrase: Secret): Promise<MadeBackup>;
  /** Sealed by what was set before. Throws `AppError` `usage` if nothing was. */
  byKnownKeys(): Promise<MadeBackup>;
  /** Makes a recovery code, which nobody is shown again, and a backup that it opens. */
  byNewCode(): Promise<MadeBackup & { readonly code: Secret }>;
  /** A backup made lately; undefined if it is gone. */
  download(ref: string): BackupDownload | undefined;
  /** Throws `AppError` if it is no backup, is damaged or newer, or `typed` does not open it: then nothing was changed. */
  restore(text: string, typed: Secret): Promise<RestoreReport>;
}

/** What opens the logins where a person must be there for it. */
export interface KeyDeps {
  /** Whether a passphrase or a recovery code opens them. */
  canUnlock(): Promise<boolean>;
  /** Opens them. `from` is the address that asks. Throws `AppError`: `wrong_password`, `throttled`, `usage`, `locked`. */
  unlock(typed: Secret, from: string): Promise<void>;
}

/** Everything that the wizard and the settings pages need beside `HttpDeps`. */
export interface SettingsDeps {
  /** What asks for tokens; undefined until somebody has said it. */
  companion(): CompanionChoice | undefined;
  readonly start: StartDeps;
  readonly notices: NoticeDeps;
  readonly names: NameDeps;
  readonly backups: BackupDeps;
  readonly keys: KeyDeps;
  /** What happened lately, newest first. */
  events(): Awaitable<readonly RecentEvent[]>;
  /** Flag or environment name the Twitch app; what is stored does not count then. */
  readonly appIsFixed: boolean;
}
