import type { NoticeTest } from "../settings_deps.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { CopyText, Field, FormToken, Notice } from "./parts.tsx";

/** The addresses for notices and the forms for further ones. */
export interface NoticesPartProps {
  readonly say: Say;
  readonly hosts: readonly string[];
  /** Flag or environment name them. */
  readonly fixed: boolean;
  readonly intro: string;
  /** A topic at ntfy.sh that nobody guesses. */
  readonly topic: string;
  /** How each address took the test; undefined without one. */
  readonly tests: readonly NoticeTest[] | undefined;
  readonly error: string | undefined;
  readonly notice: string | undefined;
  readonly formToken: string;
  /** Where the forms are sent to. */
  readonly base: string;
}

/** Who is told now, and how somebody else can be. */
export function NoticesPart(props: NoticesPartProps): Html {
  const { say, tests, notice } = props;
  return (
    <>
      {notice !== undefined && <Notice>{notice}</Notice>}
      {tests !== undefined && <Tests say={say} tests={tests} />}
      <p>{props.intro}</p>
      <Present {...props} />
      {!props.fixed && <Ntfy {...props} />}
      {!props.fixed && <AnyAddress {...props} />}
    </>
  );
}

function Tests({ say, tests }: { readonly say: Say; readonly tests: readonly NoticeTest[] }): Html {
  const failed = tests.some(({ worked }) => !worked);
  return (
    <Notice bad={failed}>
      <h2>{say("notices.tested_title")}</h2>
      {tests.map(({ host, reason }) => (
        <p>
          {reason === null
            ? say("notices.taken", { host })
            : say("notices.failed", { host, reason: say.sentence(reason) })}
        </p>
      ))}
      <p>{say(failed ? "notices.failed_hint" : "notices.look")}</p>
    </Notice>
  );
}

function Present({ say, hosts, fixed, formToken, base }: NoticesPartProps): Html {
  return (
    <section class="card">
      <h2>{say("notices.now_title")}</h2>
      {hosts.length === 0 && <p>{say("notices.none")}</p>}
      {fixed && <p class="hint">{say.rich("notices.fixed")}</p>}
      <ul class="names">
        {hosts.map((host, place) => (
          <li>
            <code>{host}</code>
            {!fixed && (
              <form method="post" action={`${base}/remove`}>
                <FormToken token={formToken} />
                <input type="hidden" name="place" value={String(place)} />
                <input type="hidden" name="host" value={host} />
                <button type="submit" class="quiet" aria-label={say("notices.remove_label", { host })}>
                  {say("notices.remove")}
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      {hosts.length > 0 && (
        <form class="actions" method="post" action={`${base}/test`}>
          <FormToken token={formToken} />
          <button type="submit">{say("notices.test")}</button>
        </form>
      )}
    </section>
  );
}

function Ntfy({ say, hosts, topic, formToken, base }: NoticesPartProps): Html {
  return (
    <form class="card" method="post" action={`${base}/ntfy`}>
      <h2>{say("notices.ntfy_title")}</h2>
      <FormToken token={formToken} />
      <input type="hidden" name="topic" value={topic} />
      <ol class="steps">
        <li>{say.rich("notices.ntfy_app")}</li>
        <li>
          {say.rich("notices.ntfy_topic")}
          <CopyText say={say} text={topic} id="topic" label={say("notices.ntfy_label")} />
        </li>
      </ol>
      <p class="actions">
        <button type="submit" class={hosts.length > 0 ? "quiet" : undefined}>
          {say("notices.ntfy_use")}
        </button>
      </p>
    </form>
  );
}

function AnyAddress({ say, hosts, error, formToken, base }: NoticesPartProps): Html {
  return (
    <form class="card" method="post" action={`${base}/address`}>
      <h2>{say("notices.address_title")}</h2>
      <FormToken token={formToken} />
      <ul>
        <li>{say.rich("notices.address_discord")}</li>
        <li>{say.rich("notices.address_other")}</li>
      </ul>
      <Field
        name="address"
        label={say("notices.address")}
        hint={say("notices.address_hint")}
        type="password"
        error={error}
        required
        most={2000}
        say={say}
      />
      <p class="actions">
        <button type="submit" class={hosts.length > 0 ? "quiet" : undefined}>{say("notices.add")}</button>
      </p>
    </form>
  );
}
