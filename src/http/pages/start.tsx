import type { Child } from "hono/jsx";
import { COMPANION_CHOICES, type CompanionChoice } from "../../core/companion_choice.ts";
import { type Step, STEPS, type StepView } from "../../core/start_steps.ts";
import type { WordKey } from "../words/catalogue.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { FormToken } from "./parts.tsx";

interface StartFrameProps {
  readonly say: Say;
  readonly title: string;
  readonly step: Step;
  readonly views: readonly StepView[];
  readonly formToken: string;
  readonly children: Child;
}

/** The frame of a step: how far it is, the step itself, and how to go on. */
export function StartFrame({ say, title, step, views, formToken, children }: StartFrameProps): Html {
  const done = views.some((view) => view.step === step && view.state === "done");
  return (
    <>
      <p class="hint">{say("start.progress", { n: STEPS.indexOf(step) + 1, of: STEPS.length })}</p>
      <h1>{title}</h1>
      {children}
      {done
        ? (
          <p class="actions">
            <a class="button" href={`/start?after=${step}`}>{say("common.next")}</a>
          </p>
        )
        : (
          <form class="actions" method="post" action="/start/later">
            <FormToken token={formToken} />
            <input type="hidden" name="step" value={step} />
            <button type="submit" class="quiet">{say("common.skip")}</button>
          </form>
        )}
      <StepList say={say} views={views} current={step} />
      <p class="hint">{say.rich("start.resume")}</p>
    </>
  );
}

interface StepListProps {
  readonly say: Say;
  readonly views: readonly StepView[];
  readonly current: Step | undefined;
}

const MARKS: Readonly<Record<StepView["state"], string>> = { done: "✓", later: "–", open: "·" };

/** All steps, each a link, with its state as a mark and in words. */
function StepList({ say, views, current }: StepListProps): Html {
  return (
    <nav class="start" aria-label={say("start.steps")}>
      <ol>
        {views.map(({ step, state }) => (
          <li class={state}>
            <a href={`/start/${step}`} aria-current={step === current ? "step" : undefined}>
              <span aria-hidden="true">{MARKS[state]}</span> {say(`start.step_${step}`)}
              <span class="unseen">{say(`start.state_${state}`)}</span>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

const CHOICES: Readonly<Record<CompanionChoice, readonly [name: WordKey, hint: WordKey]>> = {
  "companion-3": ["start.companion_3", "start.companion_3_hint"],
  "companion-4": ["start.companion_4", "start.companion_4_hint"],
  other: ["start.companion_other", "start.companion_other_hint"],
};

interface CompanionStepProps {
  readonly say: Say;
  readonly chosen: CompanionChoice | undefined;
  readonly formToken: string;
}

/** The question which Companion it is; each answer is one click. */
export function CompanionStep({ say, chosen, formToken }: CompanionStepProps): Html {
  return (
    <>
      <p>{say.rich("start.companion_intro")}</p>
      <form method="post" action="/start/companion">
        <FormToken token={formToken} />
        {COMPANION_CHOICES.map((choice) => {
          const [name, hint] = CHOICES[choice];
          return (
            <div class="card">
              <p class="actions">
                <button
                  type="submit"
                  name="choice"
                  value={choice}
                  class={chosen === choice || chosen === undefined ? undefined : "quiet"}
                  aria-describedby={`${choice}-hint`}
                >
                  {say(name)}
                </button>
                {chosen === choice && <span class="hint">{say("start.companion_now")}</span>}
              </p>
              <p class="hint" id={`${choice}-hint`}>{say(hint)}</p>
            </div>
          );
        })}
      </form>
    </>
  );
}

interface AccountStepProps {
  readonly say: Say;
  /** What the connected accounts are called. */
  readonly names: readonly string[];
  readonly hasApp: boolean;
}

/** Leads to the sign-in at Twitch. */
export function AccountStep({ say, names, hasApp }: AccountStepProps): Html {
  if (names.length > 0) {
    return (
      <section class="card">
        <p>{say.rich("start.account_done", { names: say.list(names) })}</p>
        <p>{say.rich("start.account_more")}</p>
      </section>
    );
  }
  return (
    <section class="card">
      <p>{hasApp ? say("start.account_intro") : say.rich("start.account_no_app")}</p>
      {hasApp && (
        <p class="actions">
          <a class="button" href="/connect">{say("start.account_go")}</a>
        </p>
      )}
    </section>
  );
}

/** The end of the wizard: all is done, or what is left. */
export function StartDone({ say, views }: { readonly say: Say; readonly views: readonly StepView[] }): Html {
  const left = views.some(({ state }) => state !== "done");
  return (
    <>
      <h1>{say(left ? "start.done_open_title" : "start.done_title")}</h1>
      <p>{say(left ? "start.done_open_intro" : "start.done_intro")}</p>
      <StepList say={say} views={views} current={undefined} />
      <p class="actions">
        <a class="button" href="/">{say("start.to_home")}</a>
      </p>
    </>
  );
}

interface OpenStepsProps {
  readonly say: Say;
  readonly steps: readonly Step[];
  readonly formToken: string;
}

/** For the home page: what is left of the first start; nothing where nothing is. */
export function OpenStepsCard({ say, steps, formToken }: OpenStepsProps): Html | null {
  const [first] = steps;
  if (first === undefined) return null;
  return (
    <section class="card">
      <h2>{say("start.card_title")}</h2>
      <p>{say("start.card_intro")}</p>
      <ul>
        {steps.map((step) => (
          <li>
            <a href={`/start/${step}`}>{say(`start.step_${step}`)}</a>
          </li>
        ))}
      </ul>
      <div class="actions">
        <a class="button" href={`/start/${first}`}>{say("start.card_go")}</a>
        <form method="post" action="/start/quiet">
          <FormToken token={formToken} />
          <button type="submit" class="quiet">{say("start.card_quiet")}</button>
        </form>
      </div>
    </section>
  );
}
