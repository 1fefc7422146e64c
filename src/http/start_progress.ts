/** How far the first start has come. */
import { nextStep, type Step, STEPS, type StepView, stepViews } from "../core/start_steps.ts";
import type { Room } from "./room.ts";

/** Every step and whether it is done. */
export async function startSteps({ deps }: Room): Promise<readonly StepView[]> {
  const { roster, backups, notices, start } = deps;
  const { keys } = await backups.state();
  const facts: Readonly<Record<Step, boolean>> = {
    companion: deps.companion() !== undefined,
    app: roster.app !== undefined,
    account: roster.all().length > 0,
    notices: notices.hosts().length > 0,
    recovery: keys.length > 0,
  };
  return stepViews(new Set(STEPS.filter((step) => facts[step])), start.putOff());
}

/** The steps of which the home page reminds people: what is not done, unless somebody wants to hear of it no more. */
export async function openSteps(room: Room): Promise<readonly Step[]> {
  if (room.deps.start.putOff().quiet) return [];
  return (await startSteps(room)).filter(({ state }) => state !== "done").map(({ step }) => step);
}

/** Where the wizard goes on. `after` is a step that was just left. */
export async function whereNext(room: Room, after?: Step): Promise<string> {
  const views = await startSteps(room);
  return `/start/${nextStep(views, after) ?? nextStep(views) ?? "done"}`;
}
