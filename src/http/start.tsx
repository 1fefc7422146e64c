/** The wizard of the first start. Every step can be left, put off and come back to. */
import { companionChoice } from "../core/companion_choice.ts";
import { AppError } from "../core/error.ts";
import { type Step, stepNamed } from "../core/start_steps.ts";
import { type Framed, showIn } from "./frame.tsx";
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { AccountStep, CompanionStep, StartDone } from "./pages/start.tsx";
import { RecoveryStep } from "./pages/settings_backup.tsx";
import { isPrivate } from "./private.ts";
import type { Room } from "./room.ts";
import { showApp } from "./settings_app.tsx";
import { showNotices } from "./settings_notices.tsx";
import { startSteps, whereNext } from "./start_progress.ts";

/** `GET /start`: leads to the first open step. */
export async function showStart(c: Page, room: Room): Promise<Response> {
  return c.redirect(await whereNext(room, stepNamed(c.req.query("after"))), 303);
}

/** `GET /start/done`. */
export async function showStartDone(c: Page, room: Room): Promise<Response> {
  const say = sayOf(c, room);
  const views = await startSteps(room);
  return await show(c, room, say("start.title"), <StartDone say={say} views={views} />);
}

/** `GET /start/<step>`. */
export function showStep(c: Page, room: Room, step: Step): Promise<Response> {
  switch (step) {
    case "companion":
      return frame(c, room, companionStep(c, room));
    case "app":
      return showApp(c, room, "start");
    case "account":
      return frame(c, room, accountStep(c, room));
    case "notices":
      return showNotices(c, room, "start");
    case "recovery":
      return showRecovery(c, room);
  }
}

/** `POST /start/companion`. */
export async function chooseCompanion(c: Page, room: Room): Promise<Response> {
  const choice = companionChoice((await c.req.parseBody())["choice"]);
  if (choice === undefined) throw new AppError("usage", "Cannot go on: no Companion was chosen");
  await room.deps.start.choose(choice);
  return c.redirect(await whereNext(room, "companion"), 303);
}

/** `POST /start/later`: the step is put off, and the next one comes. */
export async function putOffStep(c: Page, room: Room): Promise<Response> {
  const step = stepNamed((await c.req.parseBody())["step"]);
  if (step === undefined) throw new AppError("usage", "Cannot put this step off: there is none of that name");
  await room.deps.start.putOffStep(step);
  return c.redirect(await whereNext(room, step), 303);
}

/** `POST /start/quiet`: the home page reminds of open steps no more. */
export async function beQuiet(c: Page, room: Room): Promise<Response> {
  await room.deps.start.beQuiet();
  return c.redirect("/", 303);
}

function frame(c: Page, room: Room, framed: Framed): Promise<Response> {
  return showIn(c, room, "start", framed);
}

function companionStep(c: Page, room: Room): Framed {
  const say = sayOf(c, room);
  const inside = <CompanionStep say={say} chosen={room.deps.companion()} formToken={formToken(c, room)} />;
  return { step: "companion", title: say("start.companion_title"), inside };
}

function accountStep(c: Page, room: Room): Framed {
  const say = sayOf(c, room);
  const { roster } = room.deps;
  const names = roster.all().map(({ account }) => account.label || account.login);
  const inside = <AccountStep say={say} names={names} hasApp={roster.app !== undefined} />;
  return { step: "account", title: say("start.account_title"), inside };
}

async function showRecovery(c: Page, room: Room): Promise<Response> {
  const say = sayOf(c, room);
  const { keys } = await room.deps.backups.state();
  const inside = (
    <RecoveryStep
      say={say}
      hasKey={keys.length > 0}
      hasAccounts={room.deps.roster.all().length > 0}
      elsewhere={isPrivate(c) ? undefined : room.deps.port()}
      formToken={formToken(c, room)}
    />
  );
  return await frame(c, room, { step: "recovery", title: say("start.recovery_title"), inside });
}
