import { type Check, type CheckGroup, groupChecks, subjectOf } from "../../core/check.ts";
import type { WordKey } from "../words/catalogue.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { FormToken } from "./parts.tsx";

interface DoctorProps {
  readonly say: Say;
  readonly checks: readonly Check[];
  /** Everything was looked at; else only what can be seen at once. */
  readonly whole: boolean;
  readonly formToken: string;
}

/** Everything that must be right: what is not comes first. */
export function DoctorPage({ say, checks, whole, formToken }: DoctorProps): Html {
  return (
    <>
      <h1>{say("doctor.title")}</h1>
      <p>{say("doctor.intro")}</p>
      <section class="card" aria-live="polite">
        <Summary say={say} checks={checks} />
        {whole ? null : <p class="hint">{say("doctor.quick")}</p>}
        <form method="post" action="/doctor" class="actions">
          <FormToken token={formToken} />
          <button type="submit">{say("doctor.run")}</button>
        </form>
        <p class="hint">{say("doctor.run_hint")}</p>
      </section>
      {groupChecks(checks).map(({ group, checks }) => (
        <Group key={group} say={say} group={group} checks={checks} />
      ))}
      <section class="card">
        <h2>{say("doctor.bundle")}</h2>
        <p>{say("doctor.bundle_text")}</p>
        <p class="actions">
          <a class="button quiet" href="/doctor/diagnosis.json" download>{say("doctor.bundle_get")}</a>
        </p>
        <p class="hint">{say.rich("doctor.symptoms")}</p>
      </section>
    </>
  );
}

function Summary({ say, checks }: Pick<DoctorProps, "say" | "checks">): Html {
  const count = (state: Check["state"]): number => checks.filter((one) => one.state === state).length;
  if (count("fail") > 0) return <p class="state bad verdict">{say.count("doctor.failed", count("fail"))}</p>;
  return count("warn") > 0
    ? <p class="state waiting verdict">{say.count("doctor.warned", count("warn"))}</p>
    : <p class="state good verdict">{say("doctor.all_well")}</p>;
}

interface GroupProps {
  readonly say: Say;
  readonly group: CheckGroup;
  readonly checks: readonly Check[];
}

function Group({ say, group, checks }: GroupProps): Html {
  return (
    <section class="card" aria-labelledby={`group-${group}`}>
      <h2 id={`group-${group}`}>{say(`doctor.group_${group}`)}</h2>
      <ul class="checks">{checks.map((check) => <Line key={check.check} say={say} check={check} />)}</ul>
    </section>
  );
}

const CLASS: Readonly<Record<Check["state"], string>> = { ok: "good", warn: "waiting", fail: "bad" };

function Line({ say, check }: { readonly say: Say; readonly check: Check }): Html {
  const { state, text, hint } = check;
  return (
    <li class={CLASS[state]}>
      <p>
        <b>{titleOf(say, check)}</b>{" "}
        <span class={`state ${CLASS[state]}`}>{say(`doctor.state_${state}`)}</span>
      </p>
      <p>{say.sentence(text)}</p>
      {hint === null ? null : <p class="hint">{say.sentence(hint).replace(/\.$/, "")}.</p>}
    </li>
  );
}

function titleOf(say: Say, check: Check): string {
  const { kind, account = "" } = subjectOf(check);
  return say(`doctor.check_${kind.replace(/[ -]/g, "_")}` as WordKey, { account });
}
