import { encode } from "uqr";
import type { Time } from "../../core/account.ts";
import type { DeviceSignIn } from "../../core/sign_in.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { CancelForm, type ExpectedAccount, type Failure, FailureNotice, Wanted } from "./link.tsx";
import { CopyButton, FormToken } from "./parts.tsx";

interface DeviceProps {
  readonly say: Say;
  readonly signIn: DeviceSignIn;
  readonly expected: ExpectedAccount | undefined;
  /** Why the code is of no use any more; undefined while it is. */
  readonly failure: Failure | undefined;
  readonly message: Html;
  readonly formToken: string;
  readonly now: Time;
}

/** The code, and where to enter it; or the way to a new one. */
export function DevicePage(props: DeviceProps): Html {
  const { say, signIn, expected, failure } = props;
  return (
    <>
      <h1>{say(failure === undefined ? "device.title" : "device.ended_title")}</h1>
      <FailureNotice say={say} failure={failure} expected={expected} />
      {failure === undefined ? <Code {...props} /> : <NewCode {...props} />}
      {failure === undefined && props.message}
      <Wanted say={say} scopes={signIn.wish.scopes} expected={expected} />
      <CancelForm say={say} signIn={signIn} formToken={props.formToken} />
    </>
  );
}

function Code({ say, signIn, expected, now }: DeviceProps): Html {
  const { userCode, verificationUri, endsAt } = signIn.begun;
  const isLink = /^https?:\/\//i.test(verificationUri);
  return (
    <>
      <section class="card device">
        <p class="code" id="user-code" role="group" aria-label={say("device.code")}>{userCode}</p>
        <p>
          <CopyButton say={say} id="user-code" label={say("device.code")} />
        </p>
        {isLink && <QrCode text={verificationUri} label={say("device.qr")} />}
        <p>
          {say(isLink ? "device.scan" : "device.address")}
          <br />
          {isLink
            ? <a href={verificationUri} target="_blank" rel="noopener">{verificationUri}</a>
            : verificationUri}
        </p>
        <p>
          {expected === undefined ? say("device.who_any") : say.rich("device.who", { who: expected.login })}
        </p>
        <p class="hint">{say("device.waiting", { time: say.moment(endsAt) })}</p>
        <p class="left" aria-hidden="true" data-until={String(endsAt)} data-now={String(now)}></p>
      </section>
      <p class="hint">{say("device.goes_on")}</p>
    </>
  );
}

function NewCode({ say, signIn, formToken }: DeviceProps): Html {
  return (
    <form class="card" method="post" action={`/connect/device/${signIn.ref.reveal()}/again`}>
      <FormToken token={formToken} />
      <p>{say("device.ended")}</p>
      <p class="actions">
        <button type="submit">{say("device.new_code")}</button>
      </p>
    </form>
  );
}

/** Black on white in either colour scheme: not every camera reads the reverse. */
function QrCode({ text, label }: { readonly text: string; readonly label: string }): Html {
  const { data, size } = encode(text, { border: 2 });
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={darkModules(data)} fill="#000" />
    </svg>
  );
}

function darkModules(rows: readonly (readonly boolean[])[]): string {
  return rows.flatMap((row, y) => row.map((dark, x) => dark ? `M${x} ${y}h1v1h-1z` : "")).join("");
}
