/** Backups to download, the recovery code, and bringing a backup back: on this machine or by https, for they hold all. */
import { AppError, storeRefuses } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import { activeShow } from "../core/show.ts";
import { type Place, showIn } from "./frame.tsx";
import { formToken, type Page, sayOf } from "./page.tsx";
import { AtWork } from "./pages/at_work.tsx";
import { type BackupErrors, BackupPart, MadePart, RestoredPart } from "./pages/settings_backup.tsx";
import { isPrivate, keepBackupsPrivate } from "./private.ts";
import type { Room } from "./room.ts";
import type { MadeBackup } from "./settings_deps.ts";
import { told } from "./told.ts";

/** Where a backup is sent to; a larger body than elsewhere is taken there. */
export const UPLOAD_PATH = "/settings/backup/restore";
/** In bytes. */
export const MOST_UPLOAD = 16 * 1024 * 1024;
/** What is wrong with the file, whatever was typed. */
const ABOUT_THE_FILE: readonly string[] = ["database_damaged", "database_newer"];

/** `GET /settings/backup`. */
export function showBackup(c: Page, room: Room): Promise<Response> {
  return render(c, room, {});
}

/** `POST /settings/backup/code`, `POST /start/recovery`: a new recovery code, shown once, with a backup. */
export async function makeCode(c: Page, room: Room, place: Place): Promise<Response> {
  keepBackupsPrivate(c);
  const { code, ...made } = await room.deps.backups.byNewCode();
  return await showMade(c, room, place, made, code);
}

/** `POST /settings/backup/make`: by the keys that were set before. */
export async function makeBackup(c: Page, room: Room): Promise<Response> {
  keepBackupsPrivate(c);
  return await showMade(c, room, "settings", await room.deps.backups.byKnownKeys());
}

/** `POST /settings/backup/passphrase`. */
export async function makeByPassphrase(c: Page, room: Room): Promise<Response> {
  keepBackupsPrivate(c);
  const passphrase = secretIn((await c.req.parseBody())["passphrase"]);
  try {
    return await showMade(c, room, "settings", await room.deps.backups.byPassphrase(passphrase));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "usage") throw error;
    return await render(c, room, { passphrase: told(sayOf(c, room), error) });
  }
}

/** `GET /settings/backup/file/:ref`: the file, sealed. */
export function downloadBackup(c: Page, room: Room): Response {
  keepBackupsPrivate(c);
  const made = room.deps.backups.download(c.req.param("ref") ?? "");
  if (made === undefined) {
    throw new AppError("not_found", "Cannot download this backup: it is no longer kept", {
      hint: "Make another one on the page Backup and restore",
    });
  }
  return c.body(made.text, 200, {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${made.name}"`,
  });
}

/** `POST /settings/backup/restore`, multipart: the file and what opens it. */
export async function restoreBackup(c: Page, room: Room): Promise<Response> {
  keepBackupsPrivate(c);
  const say = sayOf(c, room);
  const body = await c.req.parseBody();
  const { backup } = body;
  const typed = secretIn(body["restore_secret"]);
  const file = backup instanceof File && backup.size > 0 ? backup : undefined;
  const missing: BackupErrors = {
    file: file === undefined ? say("backup.no_file") : undefined,
    secret: typed.reveal() === "" ? say("backup.no_secret") : undefined,
  };
  if (file === undefined || missing.secret !== undefined) return await render(c, room, missing);
  try {
    // Bytes that are no text show as such, and the check of the file's form refuses them.
    const text = new TextDecoder("latin1").decode(await file.arrayBuffer());
    const report = await room.deps.backups.restore(text, typed);
    const title = say("backup.restored_title");
    const inside = <RestoredPart say={say} report={report} />;
    return await showIn(c, room, "settings", { step: "recovery", title, inside });
  } catch (error) {
    if (!(error instanceof AppError) || storeRefuses(error)) throw error;
    return await render(c, room, restoreErrors(error, told(say, error)));
  }
}

function restoreErrors({ code, message }: AppError, text: string): BackupErrors {
  const aboutFile = ABOUT_THE_FILE.includes(code) || message.includes("this file is no backup");
  return aboutFile ? { file: text } : { secret: text };
}

function secretIn(value: unknown): Secret {
  return new Secret(typeof value === "string" ? value : "");
}

function showMade(c: Page, room: Room, place: Place, made: MadeBackup, code?: Secret): Promise<Response> {
  const say = sayOf(c, room);
  const inside = <MadePart say={say} made={made} code={code?.reveal()} />;
  return showIn(c, room, place, { step: "recovery", title: say("backup.made_title"), inside });
}

async function render(c: Page, room: Room, errors: BackupErrors): Promise<Response> {
  const say = sayOf(c, room);
  const { backups, roster, clock } = room.deps;
  const now = clock.now();
  const inside = (
    <>
      <AtWork say={say} used={activeShow(roster, now)} now={now} />
      <BackupPart
        say={say}
        state={await backups.state()}
        locked={roster.deps.vault.locked !== undefined}
        elsewhere={isPrivate(c) ? undefined : room.deps.port()}
        errors={errors}
        formToken={formToken(c, room)}
        now={now}
      />
    </>
  );
  const status = Object.values(errors).some((error) => error !== undefined) ? 400 : 200;
  return await showIn(c, room, "settings", { step: "recovery", title: say("backup.title"), inside }, {
    status,
  });
}
