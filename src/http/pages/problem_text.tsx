import { AppError } from "../../core/error.ts";
import type { ProblemCode } from "../problem.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";

interface ProblemPageProps {
  readonly code: ProblemCode;
  /** Foreseen problems in their own words, in English; undefined for what only has a code. */
  readonly message: string | undefined;
  readonly hint: string | undefined;
}

/** The inside of a problem's page. */
export function ProblemText({ say, code, message, hint }: ProblemPageProps & { readonly say: Say }): Html {
  return (
    <section class="card problem">
      <h1>{say(`problem.${code}`)}</h1>
      {message === undefined ? null : <p>{stopped(say.sentence(message))}</p>}
      <p>{hint === undefined ? say.rich(`remedy.${code}`) : stopped(say.sentence(hint))}</p>
      <p class="actions">
        <a class="button quiet" href="/">{say("problem.to_accounts")}</a>
        <a class="button quiet" href={`/help/symptoms#${code}`}>{say("problem.to_help")}</a>
      </p>
    </section>
  );
}

/** Messages have no final stop, remedies have one. */
function stopped(sentence: string): string {
  return sentence.endsWith(".") ? sentence : `${sentence}.`;
}

/** What a page says about whatever was thrown: bugs show no detail. */
export function problemText(error: unknown, code: ProblemCode): ProblemPageProps {
  const foreseen = error instanceof AppError ? error : undefined;
  return { code, message: foreseen?.message, hint: foreseen?.hint };
}
