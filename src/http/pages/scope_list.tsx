import type { WordKey } from "../words/catalogue.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";

/** What scopes allow, in words; the scope itself where it is newer than this program. */
export function ScopeList({ say, scopes }: { readonly say: Say; readonly scopes: readonly string[] }): Html {
  return (
    <ul class="scopes">
      {scopes.map((scope) => {
        const key = `scopes.${scope.replaceAll(":", "_")}`;
        const text = say(key as WordKey);
        return (
          <li>
            {text === key ? <code>{scope}</code> : (
              <>
                {text}{" "}
                <small>
                  <code>{scope}</code>
                </small>
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}
