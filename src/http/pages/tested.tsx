import type { Time } from "../../core/account.ts";
import type { Tested } from "../test_question.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { agoText, Mark } from "./state.tsx";

interface TestedProps {
  readonly say: Say;
  readonly tested: Tested;
  readonly alias: string;
  readonly now: Time;
}

type Good = Extract<Tested, { kind: "token" }>;
type Bad = Extract<Tested, { kind: "error" }>;

/** What Companion would get, as the last test has found. */
export function TestedCard({ say, tested, alias, now }: TestedProps): Html {
  return (
    <section class="card" id="test" aria-labelledby="test-title">
      <h2 id="test-title">{say("account.test_title")}</h2>
      {tested.kind === "token"
        ? <GoodAnswer say={say} tested={tested} />
        : <BadAnswer say={say} tested={tested} alias={alias} />}
      <p class="hint">{say("account.test_at", { ago: agoText(say, tested.at, now) })}</p>
    </section>
  );
}

function GoodAnswer({ say, tested }: { readonly say: Say; readonly tested: Good }): Html {
  const { length, took, expiresAt, at, word } = tested;
  const valid = word.kind === "valid";
  return (
    <>
      <dl class="facts">
        <dt>{say("account.test_answer")}</dt>
        <dd>
          <Mark condition="connected" /> {say("account.test_ok", { length, took })}
        </dd>
        <dt>{say("account.test_good")}</dt>
        <dd>{expiresAt === undefined ? say("account.test_endless") : say.span(expiresAt - at)}</dd>
        <dt>{say("account.test_twitch")}</dt>
        <dd>
          <Mark condition={valid ? "connected" : word.kind === "invalid" ? "needs_login" : "delayed"} />{" "}
          {wordText(say, word)}
        </dd>
      </dl>
      {valid && <p>{say.rich("account.test_right")}</p>}
    </>
  );
}

function wordText(say: Say, word: Good["word"]): string {
  if (word.kind === "valid") {
    return say.count("account.test_confirmed", word.scopes.length, { login: word.login });
  }
  return say(word.kind === "invalid" ? "account.test_invalid" : "account.test_unasked");
}

interface BadProps {
  readonly say: Say;
  readonly tested: Bad;
  readonly alias: string;
}

function BadAnswer({ say, tested: { status, line, problem }, alias }: BadProps): Html {
  return (
    <>
      <dl class="facts">
        <dt>{say("account.test_answer")}</dt>
        <dd>
          <Mark condition="needs_login" /> <code>{say("account.test_failed", { status, line })}</code>
        </dd>
      </dl>
      <p>{say.rich(`account.test_${problem}`, { alias: encodeURIComponent(alias) })}</p>
      <p class="hint">{say("account.test_companion")}</p>
    </>
  );
}
