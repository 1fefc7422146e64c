/** Everything that must be right, and the file for whoever helps. */
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { DoctorPage } from "./pages/doctor.tsx";
import type { Room } from "./room.ts";

/** What can be seen at once. */
export async function showDoctor(c: Page, room: Room): Promise<Response> {
  return await answer(c, room, false);
}

/** Looks at everything; takes seconds. */
export async function runDoctor(c: Page, room: Room): Promise<Response> {
  return await answer(c, room, true);
}

async function answer(c: Page, room: Room, whole: boolean): Promise<Response> {
  const say = sayOf(c, room);
  const { doctor } = room.deps;
  const checks = whole ? await doctor.full() : await doctor.quick();
  const props = { say, checks, whole, formToken: formToken(c, room) };
  return await show(c, room, say("doctor.title"), <DoctorPage {...props} />);
}

/** The diagnosis bundle as a file. */
export async function downloadDiagnosis(c: Page, room: Room): Promise<Response> {
  const name = `companion-token-server-diagnosis-${
    new Date(room.deps.clock.now()).toISOString().slice(0, 10)
  }.json`;
  return c.body(await room.deps.doctor.bundle(), 200, {
    "content-type": "application/json; charset=utf-8",
    "content-disposition": `attachment; filename="${name}"`,
  });
}
