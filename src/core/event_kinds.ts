/** Which lines of the log people see among the recent events, and what of their fields. */

/** What names the sentence of an event. */
export type EventKind =
  | "started"
  | "stopped"
  | "person_in"
  | "wrong_password"
  | "wrong_code"
  | "password_set"
  | "password_changed"
  | "password_removed"
  | "sessions_ended"
  | "signed_in"
  | "sign_in_held"
  | "sign_in_discarded"
  | "refresh_failed"
  | "refused"
  | "needs_login"
  | "recovered"
  | "disk"
  | "disk_over"
  | "notice_sent"
  | "notice_failed"
  | "notice_addresses"
  | "backup_written"
  | "backup_failed"
  | "backup_missing"
  | "backup_made"
  | "recovery_code"
  | "restored"
  | "new_id"
  | "id_taken_over"
  | "relay"
  | "id_password"
  | "removed"
  | "app_stored"
  | "host_refused"
  | "host_allowed"
  | "host_removed"
  | "clock_wrong"
  | "clock_jump"
  | "locked"
  | "bug";

/** What one line of the log becomes. */
export interface EventRule {
  readonly kind: EventKind;
  /** The fields that are kept. None of them ever holds a secret, an id or a token. */
  readonly keeps?: readonly string[] | undefined;
  /** Told once from its begin to its end, for each account; `always`: told each time, and an end. */
  readonly spell?: { readonly name: string; readonly marks: "begin" | "end" | "always" } | undefined;
}

const LOGIN = { name: "login", marks: "begin" } as const;
const DISK = { name: "disk", marks: "begin" } as const;
const BACKUP = { name: "backup", marks: "begin" } as const;

const RULES: readonly (readonly [line: string, rule: EventRule])[] = [
  ["listening", { kind: "started" }],
  ["stopping", { kind: "stopped" }],
  ["somebody signed in", { kind: "person_in", keeps: ["from", "browser"] }],
  ["wrong password", { kind: "wrong_password", keeps: ["from"] }],
  ["wrong setup code", { kind: "wrong_code", keeps: ["from"] }],
  ["password set", { kind: "password_set", keeps: ["from"] }],
  ["password changed, all other sessions ended", { kind: "password_changed", keeps: ["from"] }],
  ["password removed, all sessions ended", { kind: "password_removed" }],
  ["all sessions ended", { kind: "sessions_ended" }],
  ["signed in", { kind: "signed_in", keeps: ["account"], spell: { name: "login", marks: "always" } }],
  ["sign-in held: it is another user than expected", { kind: "sign_in_held", keeps: ["expected"] }],
  ["held sign-in discarded", { kind: "sign_in_discarded" }],
  ["refresh failed", { kind: "refresh_failed", keeps: ["account", "reason"], spell: LOGIN }],
  ["login cannot be refreshed", { kind: "refresh_failed", keeps: ["account", "reason"], spell: LOGIN }],
  ["twitch refused the refresh token", { kind: "refused", keeps: ["account"], spell: LOGIN }],
  ["sign-in needed", { kind: "needs_login", keeps: ["account"], spell: LOGIN }],
  ["login refreshed", { kind: "recovered", keeps: ["account"], spell: { name: "login", marks: "end" } }],
  ["cannot write to disk, so nothing is sent", { kind: "disk", spell: DISK }],
  ["cannot write to disk", { kind: "disk", spell: DISK }],
  ["the disk did not take a session, it ends with this process", { kind: "disk", spell: DISK }],
  ["written to disk after all", { kind: "disk_over", spell: { name: "disk", marks: "end" } }],
  ["notice sent", { kind: "notice_sent", keeps: ["host", "account"] }],
  ["notice cannot be sent", { kind: "notice_failed", keeps: ["host", "account", "reason"] }],
  ["addresses for notices changed", { kind: "notice_addresses", keeps: ["hosts"] }],
  ["backup written", {
    kind: "backup_written",
    keeps: ["accounts"],
    spell: { name: "backup", marks: "always" },
  }],
  ["backup failed", { kind: "backup_failed", keeps: ["message"], spell: BACKUP }],
  ["no backup is written: no passphrase and no recovery code was set", {
    kind: "backup_missing",
    spell: BACKUP,
  }],
  ["backup made for a person", { kind: "backup_made", keeps: ["accounts"] }],
  ["recovery code made", { kind: "recovery_code" }],
  ["restored", { kind: "restored", keeps: ["account", "outcome"] }],
  ["new id", { kind: "new_id", keeps: ["account"] }],
  ["id taken over", { kind: "id_taken_over", keeps: ["account"] }],
  ["relay switched", { kind: "relay", keeps: ["account", "on"] }],
  ["password beside ids switched", { kind: "id_password", keeps: ["account", "on"] }],
  ["account removed", { kind: "removed", keeps: ["account"] }],
  ["twitch app stored", { kind: "app_stored" }],
  ["host name refused", { kind: "host_refused", keeps: ["name"] }],
  ["host name allowed", { kind: "host_allowed", keeps: ["name"] }],
  ["host name removed", { kind: "host_removed", keeps: ["name"] }],
  ["the clock of this machine is wrong", { kind: "clock_wrong" }],
  ["the clock of this machine has jumped", { kind: "clock_jump", keeps: ["seconds"] }],
  ["the logins are locked", { kind: "locked" }],
  ["bug in the refresh loop", { kind: "bug" }],
  ["bug while answering a request", { kind: "bug" }],
  ["bug in a command", { kind: "bug" }],
];

/** By the line of the log. */
export const EVENTS_OF_LOG: ReadonlyMap<string, EventRule> = new Map(RULES);
/** By the kind; where two lines have the same kind their rules are the same. */
export const RULE_OF_KIND: ReadonlyMap<EventKind, EventRule> = new Map(
  RULES.map(([, rule]) => [rule.kind, rule]),
);
