import type { Connected } from "../../core/admit.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { Notice } from "./parts.tsx";
import { ScopeList } from "./scope_list.tsx";

/** What the page says of a sign-in that has just ended. */
export type SignedIn = Pick<Connected, "known" | "missing" | "dropped" | "onDisk">;

/** How a sign-in has ended: what was granted, and what not. */
export function SignedInNotice({ say, result }: { readonly say: Say; readonly result: SignedIn }): Html {
  const { known, missing, dropped, onDisk } = result;
  return (
    <Notice>
      <p>{say.rich(known ? "account.signed_in_again" : "account.signed_in")}</p>
      {missing.length > 0 && (
        <>
          <p>{say("account.not_granted")}</p>
          <ScopeList say={say} scopes={missing} />
        </>
      )}
      {dropped.length > 0 && (
        <>
          <p>{say("account.dropped")}</p>
          <ScopeList say={say} scopes={dropped} />
        </>
      )}
      {!onDisk && <p>{say.rich("account.not_on_disk")}</p>}
    </Notice>
  );
}
