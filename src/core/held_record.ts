/** A held sign-in as a record in a sealed setting. */
import type { Time } from "./account.ts";
import type { Asked, Newcomer } from "./admit.ts";
import type { TwitchApp } from "./app.ts";
import type { SealedRecord } from "./sealed_records.ts";
import { Secret } from "./secret.ts";

/** A sign-in that waits for a decision. */
export interface Held {
  readonly ref: Secret;
  readonly asked: Asked;
  readonly newcomer: Newcomer;
  readonly since: Time;
}

/** Its record. */
export function heldRecord({ ref, asked, newcomer: { who, grant }, since }: Held): SealedRecord {
  const { app, scopes, label, expected, reclaim, ref: attempt } = asked;
  return {
    ref: ref.reveal(),
    since,
    clientId: app.clientId,
    asked: { scopes, label, expected, reclaim: reclaim?.reveal(), ref: attempt?.reveal() },
    who,
    grant: { ...grant, access: grant.access.reveal(), refresh: grant.refresh.reveal() },
  };
}

/** The sign-in in a record of `heldRecord`; undefined where it was made with another app. */
export function heldIn(record: SealedRecord, app: TwitchApp | undefined): Held | undefined {
  if (app === undefined || record["clientId"] !== app.clientId) return undefined;
  const { ref, since, asked, who, grant } = record as unknown as {
    readonly ref: string;
    readonly since: Time;
    readonly asked: Omit<Asked, "app" | "reclaim" | "ref"> & {
      readonly reclaim?: string;
      readonly ref?: string;
    };
    readonly who: Newcomer["who"];
    readonly grant: Omit<Newcomer["grant"], "access" | "refresh"> & {
      readonly access: string;
      readonly refresh: string;
    };
  };
  return {
    ref: new Secret(ref),
    since,
    asked: { ...asked, app, reclaim: secret(asked.reclaim), ref: secret(asked.ref) },
    newcomer: {
      who,
      grant: { ...grant, access: new Secret(grant.access), refresh: new Secret(grant.refresh) },
    },
  };
}

function secret(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}
