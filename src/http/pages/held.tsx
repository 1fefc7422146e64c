import type { HeldSignIn } from "../../core/held_sign_ins.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { FormToken } from "./parts.tsx";

interface HeldProps {
  readonly say: Say;
  readonly held: HeldSignIn;
  readonly formToken: string;
}

/** Somebody else than expected has signed in: who, and what to do. */
export function HeldPage({ say, held, formToken }: HeldProps): Html {
  const { login, expected, known, ref } = held;
  const address = `/connect/held/${ref.reveal()}`;
  return (
    <section class="card bad">
      <h1>{say("held.title")}</h1>
      <p>
        {expected === undefined
          ? say.rich("held.came_any", { login })
          : say.rich("held.came", { login, expected })}
      </p>
      <p>{say("held.why")}</p>
      <div class="actions">
        <form method="post" action={`${address}/discard`}>
          <FormToken token={formToken} />
          <button type="submit">{say("held.discard", { login })}</button>
        </form>
        <form method="post" action={`${address}/keep`}>
          <FormToken token={formToken} />
          <button type="submit" class="quiet">
            {known === undefined ? say("held.add", { login }) : say("held.replace", { known })}
          </button>
        </form>
      </div>
      {expected !== undefined && <p class="hint">{say("held.keep_note", { expected })}</p>}
      <p class="hint">{say("held.minutes")}</p>
    </section>
  );
}
