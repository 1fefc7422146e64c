import type { Check } from "../../src/core/check.ts";
import type { ShowLine } from "../../src/core/show.ts";
import type { DoctorDesk } from "../../src/http/doctor_deps.ts";

/** A doctor's desk that answers what it was given, and counts how often Twitch would have been asked. */
export class FakeDoctor implements DoctorDesk {
  checks: readonly Check[] = [];
  lines: readonly ShowLine[] = [];
  asked = 0;

  quick(): Promise<readonly Check[]> {
    return Promise.resolve(this.checks);
  }

  full(): Promise<readonly Check[]> {
    this.asked++;
    return this.quick();
  }

  bundle(): Promise<string> {
    return Promise.resolve(JSON.stringify({ checks: this.checks }));
  }

  readyForShow(prove: boolean): Promise<readonly ShowLine[]> {
    if (prove) this.asked++;
    return Promise.resolve(this.lines);
  }
}
