import type { Migration } from "../sqlite/migrations/mod.ts";
import { AppError } from "../../core/error.ts";
import type { Connections, Session } from "./connections.ts";

/** "CTokServ" in a number: whoever changes the schema holds this lock, so that processes that start together take turns. */
const LOCK = "4851625205336207990";
/** How long a change of the schema may take, and whoever waits for it, in milliseconds. */
const PATIENCE = 60_000;
/** IF NOT EXISTS would ask for the right to make one even where it is there. */
const MAKE_SCHEMA = `DO $$ BEGIN
  IF to_regnamespace('companion_token_server') IS NULL THEN CREATE SCHEMA companion_token_server; END IF;
END $$`;
const OWNER = "companion-token-server";

/**
 * Brings the database to the last schema of `migrations`, all in one transaction; makes everything where there is
 * nothing. Throws `AppError` `database_newer`, and `settings` where the schema's name is taken by something else; a
 * database that is refused is as it was.
 */
export async function migrate(
  connections: Connections,
  migrations: readonly Migration[],
  program: string,
): Promise<void> {
  await connections.transaction(async (session) => {
    await connections.run(
      session,
      `SET LOCAL statement_timeout = ${PATIENCE}; SET LOCAL lock_timeout = ${PATIENCE};
       SELECT pg_advisory_xact_lock(${LOCK})`,
    );
    const meta = await metaIn(connections, session);
    const schema = Number(meta?.get("schema") ?? 0);
    if (meta === undefined) {
      await connections.run(session, MAKE_SCHEMA);
    } else checkUsable(meta, schema, migrations);
    for (const step of migrations.filter((step) => step.schema > schema)) {
      await connections.run(session, step.sql);
      await note(connections, session, "owner", OWNER);
      await note(connections, session, "schema", String(step.schema));
      await note(connections, session, "written_by", program);
      await note(connections, session, "usable_from", String(step.usableFrom));
    }
    await note(connections, session, "opened_by", program);
  }, PATIENCE + 5000);
}

async function note(connections: Connections, session: Session, name: string, value: string): Promise<void> {
  await connections.send(
    session,
    `INSERT INTO companion_token_server.meta (name, value) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [name, value],
  );
}

/** What the database says of itself; undefined where nothing is in the schema yet. */
async function metaIn(
  connections: Connections,
  session: Session,
): Promise<ReadonlyMap<string, string> | undefined> {
  const [found] = await connections.send<{ things: number; columns: number }>(
    session,
    `SELECT (SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname = 'companion_token_server') AS things,
      (SELECT count(*) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
        JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'companion_token_server'
        AND relname = 'meta' AND attname IN ('name', 'value') AND atttypid = 'text'::regtype) AS columns`,
  );
  if (found?.things === 0) return undefined;
  if (found?.columns === 2) {
    const rows = await connections.send<{ name: string; value: string }>(
      session,
      "SELECT name, value FROM companion_token_server.meta",
    );
    const meta = new Map(rows.map(({ name, value }) => [name, value]));
    if (meta.get("owner") === OWNER && /^\d+$/.test(meta.get("schema") ?? "")) return meta;
  }
  throw new AppError(
    "settings",
    "Cannot open the database: its schema companion_token_server belongs to another program",
    { hint: "Name another database in TOKEN_SERVER_STORE, or rename that schema" },
  );
}

/** A newer schema says in `meta` from which schema on a program can use it. */
function checkUsable(
  meta: ReadonlyMap<string, string>,
  schema: number,
  migrations: readonly Migration[],
): void {
  const known = migrations.at(-1)?.schema ?? 0;
  if (schema <= known || Number(meta.get("usable_from") ?? Infinity) <= known) return;
  const writer = meta.get("written_by") ?? "a newer version of this program";
  const said = `Cannot open the database: it was written by ${writer}, which is newer than this program`;
  throw new AppError("database_newer", said, { hint: "Install that version or a newer one" });
}
