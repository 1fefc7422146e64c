/**
 * The connections to the database, and the only place that asks it. Everything is bounded: by the server's own limits
 * where it is well, and by `deadline` where it stands still or the network swallows what is sent. Then the whole pool is
 * given up for a new one, since its connections may wait for an answer until TCP gives up, a quarter of an hour later. A
 * question may also have waited for a connection that a long transaction has: that one goes on, in the pool given up.
 *
 * A statement whose connection breaks or whose answer is overdue may or may not have been done, now or later: callers
 * are told `store_away`, and see by the revision when they read again.
 */
import postgres from "postgres";
import type { Duration } from "../../core/account.ts";
import { bytesOfHex, hexOf } from "../hex.ts";
import type { PostgresAddress } from "./address.ts";
import { isBroken, OVERDUE, storeFailure } from "./errors.ts";

/** What a column holds, or a parameter. */
export type Value = string | number | boolean | Uint8Array | null;
/** The client. */
export type Sql = postgres.Sql;
/** Whatever statements can be sent through: the pool or one transaction. */
export type Session = Pick<Sql, "unsafe">;
/** Rows, and how many a statement has written or found. */
export type Answer<Row> = readonly Row[] & { readonly count: number };

/** What PostgreSQL itself holds to, in milliseconds. `synchronous_commit`: what is answered is durable. */
const LIMITS = {
  statement_timeout: 5000,
  lock_timeout: 3000,
  idle_in_transaction_session_timeout: 10_000,
  synchronous_commit: "on",
} as const;
/** The time to connect and the time of a statement. */
export const DEADLINE: Duration = 10_000;

const READ_TRIES = 5;

interface Pool {
  readonly sql: Sql;
  /** Those that run in it, each within its own limit. */
  readonly transactions: Set<Promise<unknown>>;
}

export class Connections implements AsyncDisposable {
  /** What `application_name` says: tells the processes apart. */
  readonly name: string;
  readonly #options: postgres.Options<Record<string, postgres.PostgresType>>;
  readonly #prepare: boolean;
  readonly #deadline: Duration;
  /** Those that are not ended, given up or not. */
  readonly #pools = new Set<Pool>();
  #pool: Pool;
  #open = true;

  constructor(address: PostgresAddress, deadline: Duration = DEADLINE) {
    this.name = `companion-token-server-${crypto.randomUUID()}`;
    this.#options = optionsFor(address, this.name);
    this.#prepare = address.prepare;
    this.#deadline = deadline;
    this.#pool = this.#newPool();
  }

  /** One statement, in a commit of its own. */
  ask<Row>(text: string, values: readonly Value[] = [], limit = this.#deadline): Promise<Answer<Row>> {
    return this.#within(limit, ({ sql }) => this.send<Row>(sql, text, values));
  }

  /** One that only reads: asked again on another connection if the first broke, as all do when a server starts anew. */
  async read<Row>(text: string, values: readonly Value[] = []): Promise<Answer<Row>> {
    for (let tries = 1;; tries++) {
      try {
        return await this.ask<Row>(text, values);
      } catch (error) {
        if (!isBroken(error) || !this.#open || tries === READ_TRIES) throw error;
        // The client notices only one by one that the others are gone too.
        await new Promise((resolve) => setTimeout(resolve, 25 * tries));
      }
    }
  }

  /** Several in one commit, which is undone if `work` throws. */
  transaction<T>(work: (session: Session) => Promise<T>, limit: Duration): Promise<T> {
    const { transactions } = this.#pool;
    const done: Promise<T> = this.#within(limit, ({ sql }) => unlessBroken(sql, work))
      .finally(() => transactions.delete(done));
    transactions.add(done);
    return done;
  }

  async send<Row>(session: Session, text: string, values: readonly Value[] = []): Promise<Answer<Row>> {
    // Text cannot hold NUL, and a grant must not be lost for it.
    const sent = values.map((value) => typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value);
    return await session.unsafe(text, sent as postgres.ParameterOrJSON<never>[], {
      prepare: this.#prepare,
      // Without parameters the client would take the old protocol, which prepares nothing.
      ...{ simple: false },
    }) as unknown as Answer<Row>;
  }

  /** Several statements in one text, without parameters. */
  async run(session: Session, text: string): Promise<void> {
    await session.unsafe(text);
  }

  /** A client of its own, to listen with; whoever takes it ends it. */
  listener(): Sql {
    return postgres({ ...this.#options, max: 1 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await Promise.all([...this.#pools].map((pool) => this.#end(pool)));
  }

  async #within<T>(limit: Duration, work: (pool: Pool) => Promise<T>): Promise<T> {
    const pool = this.#pool;
    if (!this.#open) throw storeFailure("store_away", "Cannot ask the database: the store is closed");
    let timer: ReturnType<typeof setTimeout> | undefined;
    const overdue = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        if (this.#open && this.#pool === pool) this.#giveUp();
        reject(Object.assign(new Error("overdue"), { code: OVERDUE }));
      }, limit);
    });
    try {
      return await Promise.race([work(pool), overdue]);
    } finally {
      clearTimeout(timer);
    }
  }

  #newPool(): Pool {
    const pool = { sql: postgres(this.#options), transactions: new Set<Promise<unknown>>() };
    this.#pools.add(pool);
    return pool;
  }

  #giveUp(): void {
    const pool = this.#pool;
    this.#pool = this.#newPool();
    Promise.allSettled(pool.transactions).then(() => this.#end(pool));
  }

  async #end(pool: Pool): Promise<void> {
    await pool.sql.end({ timeout: 0 }).catch(() => {});
    this.#pools.delete(pool);
  }
}

/**
 * A transaction that sends nothing more once its connection broke, neither COMMIT nor ROLLBACK: the client would write
 * into a socket that is gone, in a moment in which nobody can catch what it throws, and the process would end. So `work`
 * comes to no end then; the client itself tells by `begin` that the connection is closed.
 */
async function unlessBroken<T>(pool: Sql, work: (session: Session) => Promise<T>): Promise<T> {
  let broken = false;
  const never = <R>(): Promise<R> => new Promise<R>(() => {});
  const guarded = async (session: Session): Promise<T> => {
    const unsafe = (...given: Parameters<Sql["unsafe"]>) => broken ? never() : session.unsafe(...given);
    try {
      const result = await work({ unsafe } as Session);
      return broken ? await never() : result;
    } catch (error) {
      if (broken || isBroken(error)) return await never();
      throw error;
    }
  };
  try {
    return await (pool.begin(guarded) as Promise<T>);
  } catch (error) {
    broken = true;
    throw error;
  }
}

/**
 * Nothing is left to the client's own defaults: it would take them from the environment. It reads one variable all the
 * same, PGAPPNAME, which must be among those that the program may read.
 */
function optionsFor(
  address: PostgresAddress,
  name: string,
): postgres.Options<Record<string, postgres.PostgresType>> {
  const password = address.password.reveal();
  const all = {
    host: address.host ?? "localhost",
    port: address.port,
    ...address.socket === undefined ? {} : { path: address.socket },
    user: address.user,
    // A function, because of an empty one the client would ask the environment.
    pass: () => password,
    database: address.database,
    ssl: tlsFor(address),
    sslnegotiation: null,
    max: address.pool,
    max_pipeline: 100,
    // A server that only reads, after a fail-over, is not taken.
    target_session_attrs: "primary",
    connect_timeout: address.connectTimeout,
    idle_timeout: 5 * 60,
    max_lifetime: 30 * 60,
    keep_alive: 30,
    // Seconds before a connection is tried again; the client would wait up to 20.
    backoff: (tries: number) => Math.min(0.05 * tries, 1),
    prepare: address.prepare,
    debug: false,
    fetch_types: false,
    publications: "alltables",
    // The client would print what the server remarks.
    onnotice() {},
    connection: { application_name: name, ...LIMITS },
    types: {
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
      bytea: {
        ...{ to: 17, from: [17] },
        parse: (text: string) => bytesOfHex(text.slice(2)),
        serialize: (bytes: Uint8Array) => `\\x${hexOf(bytes)}`,
      },
    },
  };
  return all as unknown as postgres.Options<Record<string, postgres.PostgresType>>;
}

/**
 * Deno 2.4.2 cannot make TLS of a connection through `node:tls` and gives up by `connect_timeout`; the versions that
 * releases are made with can.
 */
function tlsFor({ proof, rootCertificates, host }: PostgresAddress): false | object {
  if (proof === "none") return false;
  if (proof === "anyone") return { rejectUnauthorized: false };
  const ca = rootCertificates === undefined ? {} : { ca: certificatesIn(rootCertificates) };
  const anyName = proof === "ca" ? { checkServerIdentity: () => undefined } : {};
  return { rejectUnauthorized: true, host, ...ca, ...anyName };
}

function certificatesIn(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    throw storeFailure(
      "settings",
      `Cannot use TOKEN_SERVER_STORE: the file of sslrootcert cannot be read`,
      error,
    );
  }
}
