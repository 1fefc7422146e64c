/**
 * TOKEN_SERVER_STORE as it names a PostgreSQL database, in the form of libpq:
 * `postgres://user:password@host:port/database?name=value`. Read here and not by the client, which would take what it
 * does not find from the environment.
 *
 * | parameter         | default       | meaning                                                                  |
 * | ----------------- | ------------- | ------------------------------------------------------------------------ |
 * | `sslmode`         | see below     | `disable`, `require` (TLS, whoever it is), `verify-ca`, `verify-full`     |
 * | `sslrootcert`     | the system's  | a file of certificates (PEM) that sign the server's                       |
 * | `host`            |               | in place of the host before: a folder is that of a Unix socket            |
 * | `pool`            | 5             | connections at most; one more listens                                     |
 * | `connect_timeout` | 5             | seconds                                                                   |
 * | `prepare`         | true          | false: no prepared statements, for a pooler; one round trip more each     |
 *
 * Without `sslmode` the server must show a certificate for its name that can be trusted (`verify-full`), unless it is
 * on this machine: then nobody can listen, and there is no TLS.
 *
 * A pooler must keep a session per connection (PgBouncer: `pool_mode = session`), because LISTEN needs one, and let
 * pass what `connections.ts` sets (`ignore_startup_parameters`).
 */
import { AppError } from "../../core/error.ts";
import { Secret } from "../../core/secret.ts";

/** How the server proves who it is: `none` is no TLS, `anyone` TLS without a proof. */
export type Proof = "none" | "anyone" | "ca" | "full";

/** Where the database is. */
export interface PostgresAddress {
  /** A name or address; undefined for a Unix socket. */
  readonly host: string | undefined;
  readonly port: number;
  /** The path of the Unix socket. */
  readonly socket: string | undefined;
  readonly user: string;
  readonly password: Secret;
  readonly database: string;
  readonly proof: Proof;
  /** A file of certificates; undefined for those of the system. */
  readonly rootCertificates: string | undefined;
  readonly pool: number;
  /** Seconds. */
  readonly connectTimeout: number;
  readonly prepare: boolean;
}

const PROOFS: Readonly<Record<string, Proof>> = {
  disable: "none",
  require: "anyone",
  "verify-ca": "ca",
  "verify-full": "full",
};
const PARAMETERS = ["sslmode", "sslrootcert", "host", "pool", "connect_timeout", "prepare"];
const FORM = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const HOST = /^(\[[0-9a-f:.]+\]|[^:,\s]*)(?::(\d+))?$/i;

/** Whether an address is one of PostgreSQL at all. */
export function namesPostgres(url: string): boolean {
  return /^postgres(ql)?:/i.test(url);
}

/** Throws `AppError` `settings`, whose words repeat nothing of user and password. */
export function postgresAddress(url: string): PostgresAddress {
  const [, login = "", place = "", database = "", query = ""] = FORM.exec(url) ??
    refuse("it is no address of the form postgres://USER:PASSWORD@HOST/DATABASE");
  const parameters = parametersIn(query);
  const [user, password] = loginIn(login);
  const [, authority = "", port = "5432"] = HOST.exec(place) ?? refuse("its host or port cannot be read");
  const host = parameters.get("host") ?? decoded(authority).replace(/^\[|\]$/g, "");
  if (host === "") refuse("it names no host");
  if (user === "") refuse("it names no user");
  if (database === "") refuse("it names no database");
  if (Number(port) < 1 || Number(port) > 65535) refuse("its port is not between 1 and 65535");
  const socket = host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : undefined;
  return {
    host: socket === undefined ? host : undefined,
    port: Number(port),
    socket,
    user,
    password: new Secret(password),
    database: decoded(database),
    proof: proofIn(parameters, socket !== undefined || isLoopback(host)),
    rootCertificates: parameters.get("sslrootcert"),
    pool: numberIn(parameters, "pool", 5, 1, 50),
    connectTimeout: numberIn(parameters, "connect_timeout", 5, 1, 60),
    prepare: wordIn(parameters, "prepare", ["true", "false"]) !== "false",
  };
}

/** The address without user, password and parameters. */
export function shownAddress({ host, socket, port, database }: PostgresAddress): string {
  return `postgres://${host ?? socket}:${port}/${database}`;
}

function parametersIn(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const part of query.split("&").filter((part) => part !== "")) {
    const [name = "", ...value] = part.split("=");
    if (!PARAMETERS.includes(name)) {
      refuse(`it has a parameter that is not known here; those that are: ${PARAMETERS.join(", ")}`);
    }
    parameters.set(name, decoded(value.join("=")));
  }
  return parameters;
}

function loginIn(text: string): readonly [user: string, password: string] {
  const [user = "", ...password] = text.split(":");
  return [decoded(user), decoded(password.join(":"))];
}

function proofIn(parameters: ReadonlyMap<string, string>, here: boolean): Proof {
  const word = wordIn(parameters, "sslmode", Object.keys(PROOFS));
  if (word === undefined) return here && !parameters.has("sslrootcert") ? "none" : "full";
  return PROOFS[word] ?? "full";
}

function wordIn(
  parameters: ReadonlyMap<string, string>,
  name: string,
  words: readonly string[],
): string | undefined {
  const word = parameters.get(name);
  if (word !== undefined && !words.includes(word)) refuse(`${name} is none of ${words.join(", ")}`);
  return word;
}

function numberIn(
  parameters: ReadonlyMap<string, string>,
  name: string,
  usual: number,
  least: number,
  most: number,
): number {
  const text = parameters.get(name) ?? String(usual);
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most) {
    refuse(`${name} is no number from ${least} to ${most}`);
  }
  return number;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse("a % in it begins no %XX; write % itself as %25");
  }
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host);
}

function refuse(why: string): never {
  throw new AppError("settings", `Cannot use TOKEN_SERVER_STORE: ${why}`, {
    hint:
      "Write it like TOKEN_SERVER_STORE=postgres://companion:PASSWORD@db.example:5432/companion?sslmode=verify-full",
  });
}
