/**
 * The content of a backup as text, and back. It comes out of a seal, so what is odd in it is the work of another version:
 * what is not known is passed over, and what a version before has not written gets the value that says nothing.
 */
import * as v from "valibot";
import type { Reason } from "../core/account.ts";
import type { BackupAccount, BackupContent } from "../core/backup.ts";
import { AppError } from "../core/error.ts";
import { REASONS } from "../core/reason_words.ts";
import { Secret } from "../core/secret.ts";

/** The content as JSON. Secrets are plain in it: it goes into the seal and nowhere else. */
export function contentText({ app, accounts, ...clear }: BackupContent): Secret {
  const content = {
    ...clear,
    app: app && { clientId: app.clientId, clientSecret: app.clientSecret?.reveal() },
    accounts: accounts.map(plainAccount),
  };
  return new Secret(JSON.stringify(content));
}

function plainAccount({ grant, ids, ...clear }: BackupAccount) {
  return {
    ...clear,
    grant: { ...grant, access: grant.access.reveal(), refresh: grant.refresh.reveal() },
    ids: ids.map(({ id, ...about }) => ({ ...about, id: id.reveal() })),
  };
}

/** The content of a JSON text. Throws `AppError` `database_newer` if it cannot be understood. */
export function contentOf(text: Secret): BackupContent {
  const result = v.safeParse(CONTENT, jsonIn(text));
  if (result.success) return result.output;
  throw new AppError(
    "database_newer",
    "Cannot open the backup: this version does not understand its content",
    {
      hint: "Install the newest version of this program",
    },
  );
}

/** Not thrown on: the message of JSON.parse has a piece of the text in it. */
function jsonIn(text: Secret): unknown {
  try {
    return JSON.parse(text.reveal());
  } catch {
    return undefined;
  }
}

const secret = v.pipe(v.string(), v.transform((text) => new Secret(text)));
const time = v.number();
const REASON_NAMES = Object.keys(REASONS) as Reason[];

const GRANT = v.object({
  access: secret,
  refresh: secret,
  scopes: v.array(v.string()),
  issuedAt: time,
  expiresAt: orNothing(time),
});
const ID = v.object({ id: secret, createdAt: time, endsAt: orNothing(time) });
const ENDED = v.object({
  state: v.literal("needs_login"),
  since: time,
  reason: v.fallback(v.picklist(REASON_NAMES), "refused"),
});
const ACCOUNT = v.object({
  key: v.string(),
  alias: v.string(),
  twitchId: v.string(),
  login: v.string(),
  label: v.string(),
  clientId: v.string(),
  grant: GRANT,
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  lastRefresh: orNothing(time),
  ended: orNothing(ENDED),
  refusals: orNothing(v.object({ count: v.number(), first: time, last: time })),
  createdAt: time,
  relay: v.optional(v.boolean(), true),
  passwordDigest: orNothing(v.string()),
  ids: v.array(ID),
});
const FACTS = v.object({
  clientId: v.string(),
  rotates: v.boolean(),
  oldAccess: orNothing(v.picklist(["dies", "survives"])),
});
const CONTENT = v.object({
  createdAt: time,
  app: orNothing(v.object({ clientId: v.string(), clientSecret: orNothing(secret) })),
  facts: v.array(FACTS),
  allowedHosts: v.array(v.string()),
  accounts: v.array(ACCOUNT),
});

/** JSON leaves out what is undefined. */
function orNothing<const T extends v.GenericSchema>(schema: T) {
  return v.optional(v.pipe(v.nullable(schema), v.transform((value) => value ?? undefined)), null);
}
