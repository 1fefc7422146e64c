import type { Check } from "../core/check.ts";
import type { ShowLine } from "../core/show.ts";

/** What the pages "Doctor" and "Ready for the show?" ask of the rest of the program. */
export interface DoctorDesk {
  /** At once, without a word to anybody outside and without a write. */
  quick(): Promise<readonly Check[]>;
  /** Takes seconds: asks Twitch, and writes a file for a moment. */
  full(): Promise<readonly Check[]>;
  /** The text of a diagnosis bundle: no secret, no id and no name is in it. */
  bundle(): Promise<string>;
  /** `prove` renews the logins where that is free and asks Twitch for the time; without it nobody outside is asked. */
  readyForShow(prove: boolean): Promise<readonly ShowLine[]>;
}
