import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import type { Failure } from "./link.tsx";
import { CopyText } from "./parts.tsx";

/** Between Twitch and the page that needs a session. */
export function MomentPage({ say, href }: { readonly say: Say; readonly href: string }): Html {
  return (
    <section class="card">
      <h1>{say("callback.moment_title")}</h1>
      <p role="status">{say.rich("callback.moment", { href })}</p>
    </section>
  );
}

/** For a browser that did not begin the sign-in: the address that must be pasted where it began. */
export function CopyPage({ say, address }: { readonly say: Say; readonly address: string }): Html {
  return (
    <section class="card">
      <h1>{say("callback.copy_title")}</h1>
      <p>{say("callback.copy_intro")}</p>
      <CopyText say={say} id="address" label={say("callback.copy_label")} text={address} />
      <p>{say("callback.copy_soon")}</p>
      <p class="hint">{say("callback.copy_why")}</p>
    </section>
  );
}

/** For a browser that did not begin the sign-in, and Twitch's page ended without a code. */
export function DeniedPage({ say, failure }: { readonly say: Say; readonly failure: Failure }): Html {
  return (
    <section class="card problem">
      <h1>{say("callback.denied_title")}</h1>
      <p>{failure.message}.</p>
      {failure.hint !== undefined && <p>{failure.hint}.</p>}
      <p>{say("callback.denied")}</p>
    </section>
  );
}
