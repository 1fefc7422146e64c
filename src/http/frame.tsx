/** The two places where the same forms stand: the wizard of the first start, and the settings. */
import type { Step } from "../core/start_steps.ts";
import { formToken, type Page, type PageOptions, sayOf, show } from "./page.tsx";
import type { Html } from "./pages/layout.tsx";
import { SettingsFrame } from "./pages/settings.tsx";
import { StartFrame } from "./pages/start.tsx";
import type { Room } from "./room.ts";
import { startSteps } from "./start_progress.ts";

/** Where a form stands, which decides where it leads to. */
export type Place = "start" | "settings";

/** What a frame is put around. */
export interface Framed {
  readonly step: Step;
  readonly title: string;
  readonly inside: Html;
}

/** Answers the page in its place. */
export async function showIn(
  c: Page,
  room: Room,
  place: Place,
  { step, title, inside }: Framed,
  options: PageOptions = {},
): Promise<Response> {
  const say = sayOf(c, room);
  if (place === "settings") {
    return await show(
      c,
      room,
      title,
      <SettingsFrame say={say} title={title}>{inside}</SettingsFrame>,
      options,
    );
  }
  const views = await startSteps(room);
  const page = (
    <StartFrame say={say} title={title} step={step} views={views} formToken={formToken(c, room)}>
      {inside}
    </StartFrame>
  );
  return await show(c, room, title, page, options);
}
