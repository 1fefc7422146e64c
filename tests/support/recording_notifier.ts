import type { Notice } from "../../src/core/notices.ts";
import type { Delivery, Notifier } from "../../src/core/ports.ts";

/** A notifier that keeps what it was given, in order. */
export class RecordingNotifier implements Notifier {
  readonly notices: Notice[] = [];
  /** What comes of each message; a promise that stays open is an address that hangs. */
  outcome: () => Delivery | Promise<Delivery> = () => "taken";

  async send(notice: Notice): Promise<Delivery> {
    this.notices.push(notice);
    return await this.outcome();
  }

  /** The messages as `event state account`. */
  get told(): readonly string[] {
    return this.notices.map(({ event, state, account }) => `${event} ${state} ${account ?? "server"}`);
  }
}
