import type { HeldSignIn } from "../../core/held_sign_ins.ts";
import { FormToken, type Html } from "./layout.tsx";

/** Somebody else than expected has signed in: who, and what to do. */
export function HeldPage(props: { readonly held: HeldSignIn; readonly formToken: string }): Html {
  const { login, expected, known, ref } = props.held;
  const address = `/connect/held/${ref.reveal()}`;
  return (
    <>
      <h1>This is another Twitch user</h1>
      <section class="card">
        <p>
          Twitch says that <b>{login}</b> has signed in. Expected was{" "}
          {expected === undefined ? "another account" : <b>{expected}</b>}. Nothing is stored yet.
        </p>
        <p class="hint">
          To sign in {expected ?? "the right user"}, discard this, sign out at twitch.tv, and begin again.
        </p>
        <div class="actions">
          <form method="post" action={`${address}/discard`}>
            <FormToken token={props.formToken} />
            <button type="submit">Discard (revoke)</button>
          </form>
          <form method="post" action={`${address}/keep`}>
            <FormToken token={props.formToken} />
            <button type="submit" class="quiet">
              {known === undefined ? "Add as a new account" : `Sign in ${known} again`}
            </button>
          </form>
        </div>
      </section>
    </>
  );
}
