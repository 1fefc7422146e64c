import { encode } from "uqr";
import type { Time } from "../../core/account.ts";
import type { DeviceBegun } from "../../core/connect.ts";
import type { Html } from "./layout.tsx";
import { spanWords } from "./wording.ts";

/** The code, and where to enter it; the page is loaded again until the sign-in ends. */
export function DevicePage(props: { readonly begun: DeviceBegun; readonly now: Time }): Html {
  const { userCode, verificationUri, endsAt } = props.begun;
  const isLink = /^https?:\/\//i.test(verificationUri);
  return (
    <>
      <h1>Enter this code at Twitch</h1>
      <section class="card device">
        <p class="code">{userCode}</p>
        {isLink && (
          <>
            <QrCode text={verificationUri} />
            <p>
              Scan the picture with a phone, or open{" "}
              <a href={verificationUri} target="_blank" rel="noopener">{verificationUri}</a>
            </p>
          </>
        )}
        {!isLink && <p>{verificationUri}</p>}
        <p>Sign in there as the account that Companion shall use.</p>
        <p class="hint" role="status">
          Waiting for Twitch.{" "}
          {endsAt > props.now ? `The code is good for ${spanWords(endsAt - props.now)}.` : ""}
        </p>
      </section>
      <p class="hint">This page goes on by itself. You may close it: the sign-in finishes without it.</p>
    </>
  );
}

/** Black on white in either colour scheme: not every camera reads the reverse. */
function QrCode(props: { readonly text: string }): Html {
  const { data, size } = encode(props.text, { border: 2 });
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="The address as a QR code">
      <rect width={size} height={size} fill="#fff" />
      <path d={darkModules(data)} fill="#000" />
    </svg>
  );
}

function darkModules(rows: readonly (readonly boolean[])[]): string {
  return rows.flatMap((row, y) => row.map((dark, x) => dark ? `M${x} ${y}h1v1h-1z` : "")).join("");
}
