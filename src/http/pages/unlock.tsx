import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { Field, FormToken } from "./parts.tsx";

/** A passphrase is as long as somebody likes. */
const LONGEST_TYPED = 1000;

/** `elsewhere`: what is typed in this browser could be seen on its way. */
export type UnlockOffer = "form" | "elsewhere";

interface UnlockProps {
  readonly say: Say;
  readonly offer: UnlockOffer;
  readonly formToken: string;
  readonly error?: string | undefined;
}

/** The field for the passphrase or recovery code, or where it can be entered. */
export function UnlockPart({ say, offer, formToken, error }: UnlockProps): Html {
  return (
    <section class="card">
      <h2>{say("unlock.title")}</h2>
      {offer === "elsewhere" ? <p>{say.rich("unlock.elsewhere")}</p> : (
        <form method="post" action="/unlock">
          <FormToken token={formToken} />
          <Field
            name="secret"
            type="password"
            label={say("unlock.secret")}
            hint={say("unlock.hint")}
            most={LONGEST_TYPED}
            required
            say={say}
            error={error}
          />
          <p class="actions">
            <button type="submit">{say("unlock.submit")}</button>
          </p>
        </form>
      )}
    </section>
  );
}
