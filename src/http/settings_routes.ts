/** The routes of the wizard and of the settings. */
import type { Hono } from "hono";
import { STEPS } from "../core/start_steps.ts";
import type { Place } from "./frame.tsx";
import type { Env } from "./page.tsx";
import type { Room } from "./room.ts";
import * as settings from "./settings.tsx";
import * as app from "./settings_app.tsx";
import * as backup from "./settings_backup.tsx";
import * as notices from "./settings_notices.tsx";
import * as start from "./start.tsx";

/** Adds them. */
export function addSettings(routes: Hono<Env>, room: Room): void {
  routes.get("/setup", (c) => c.redirect("/settings/app", 303));
  addStart(routes, room);
  addBackup(routes, room);
  for (const place of ["start", "settings"] as const) addForms(routes, room, place);
  routes.get("/settings", (c) => settings.showSettings(c, room));
  routes.get("/settings/app", (c) => app.showApp(c, room, "settings"));
  routes.get("/settings/notices", (c) => notices.showNotices(c, room, "settings"));
  routes.get("/settings/names", (c) => settings.showNames(c, room));
  routes.post("/settings/names/allow", (c) => settings.allowName(c, room));
  routes.post("/settings/names/remove", (c) => settings.removeName(c, room));
  routes.get("/settings/password", (c) => settings.showPassword(c, room));
  routes.post("/settings/password", (c) => settings.changePassword(c, room));
  routes.get("/settings/sessions", (c) => settings.showSessions(c, room));
  routes.post("/settings/sessions/end", (c) => settings.endSession(c, room));
  routes.get("/settings/events", (c) => settings.showEvents(c, room));
}

function addStart(routes: Hono<Env>, room: Room): void {
  routes.get("/start", (c) => start.showStart(c, room));
  for (const step of STEPS) routes.get(`/start/${step}`, (c) => start.showStep(c, room, step));
  routes.get("/start/done", (c) => start.showStartDone(c, room));
  routes.post("/start/companion", (c) => start.chooseCompanion(c, room));
  routes.post("/start/recovery", (c) => backup.makeCode(c, room, "start"));
  routes.post("/start/later", (c) => start.putOffStep(c, room));
  routes.post("/start/quiet", (c) => start.beQuiet(c, room));
}

function addForms(routes: Hono<Env>, room: Room, place: Place): void {
  routes.post(`/${place}/app`, (c) => app.saveApp(c, room, place));
  routes.post(`/${place}/notices/ntfy`, (c) => notices.addTopic(c, room, place));
  routes.post(`/${place}/notices/address`, (c) => notices.addAddress(c, room, place));
  routes.post(`/${place}/notices/remove`, (c) => notices.removeAddress(c, room, place));
  routes.post(`/${place}/notices/test`, (c) => notices.testNotices(c, room, place));
}

function addBackup(routes: Hono<Env>, room: Room): void {
  routes.get("/settings/backup", (c) => backup.showBackup(c, room));
  routes.get("/settings/backup/file/:ref", (c) => backup.downloadBackup(c, room));
  routes.post("/settings/backup/code", (c) => backup.makeCode(c, room, "settings"));
  routes.post("/settings/backup/make", (c) => backup.makeBackup(c, room));
  routes.post("/settings/backup/passphrase", (c) => backup.makeByPassphrase(c, room));
  routes.post(backup.UPLOAD_PATH, (c) => backup.restoreBackup(c, room));
}
