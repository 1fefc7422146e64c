import type { Time } from "../../core/account.ts";
import type { InUse } from "../../core/show.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";

interface AtWorkProps {
  readonly say: Say;
  /** `activeShow` of core: of all accounts, or of the one that is about to be changed. */
  readonly used: readonly InUse[];
  readonly now: Time;
}

/** Stands before a button that would disturb a show; nothing while nobody is at work. */
export function AtWork({ say, used, now }: AtWorkProps): Html | null {
  if (used.length === 0) return null;
  const names = used.map(({ alias, askedAt }) =>
    say("show.who_asked", { name: alias, when: say.ago(askedAt, now) })
  );
  return <p class="notice bad" role="note">{say("show.at_work", { list: say.list(names) })}</p>;
}
