/** What pages are made of. */
import type { Child } from "hono/jsx";
import { FORM_FIELD } from "../form.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";

/** The hidden field that makes a form one of ours. */
export function FormToken(props: { readonly token: string }): Html {
  return <input type="hidden" name={FORM_FIELD} value={props.token} />;
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: "text" | "password" | "url";
  readonly value?: string;
  readonly hint?: Child;
  readonly error?: Child;
  readonly required?: boolean;
  readonly most: number;
  /** What a password manager takes it for; `off` unless it is said. */
  readonly autocomplete?: "current-password" | "new-password" | "off";
  /** For a password: offers to show what is typed. */
  readonly say?: Say;
}

/** One line of input with its label, its hint, and what is wrong with it. */
export function Field(props: FieldProps): Html {
  const { name, error, hint, type = "text", say } = props;
  const notes = [hint === undefined ? "" : `${name}-hint`, error === undefined ? "" : `${name}-error`];
  return (
    <div class={error === undefined ? "field" : "field wrong"}>
      <label for={name}>{props.label}</label>
      {hint === undefined ? null : <p class="hint" id={`${name}-hint`}>{hint}</p>}
      <input
        id={name}
        name={name}
        type={type}
        value={props.value ?? ""}
        maxlength={props.most}
        required={props.required ?? false}
        autocomplete={props.autocomplete ?? "off"}
        autocapitalize="off"
        spellcheck={false}
        aria-invalid={error === undefined ? undefined : "true"}
        aria-describedby={notes.join(" ").trim() || undefined}
      />
      {type === "password" && say !== undefined && <Reveal of={name} say={say} />}
      {error === undefined ? null : <p class="error" id={`${name}-error`}>{error}</p>}
    </div>
  );
}

/** A button of the script; without one it stays hidden. */
function Reveal({ of, say }: { readonly of: string; readonly say: Say }): Html {
  return (
    <button
      type="button"
      class="link"
      data-reveal={of}
      data-hide={say("common.hide_typed")}
      aria-controls={of}
      hidden
    >
      {say("common.show_typed")}
    </button>
  );
}

interface CopyProps {
  readonly say: Say;
  readonly text: string;
  /** Unique on its page. */
  readonly id: string;
  /** What it is, for those who do not see what stands beside it. */
  readonly label: string;
}

/** Text to copy: by a button where there is a script, else one click marks it all. */
export function CopyText({ say, text, id, label }: CopyProps): Html {
  return (
    <span class="copying">
      <code class="copy" id={id} tabindex={0} role="group" aria-label={label}>{text}</code>
      <CopyButton say={say} id={id} label={label} />
    </span>
  );
}

/** Copies what the element with this id holds. */
export function CopyButton({ say, id, label }: Omit<CopyProps, "text">): Html {
  return (
    <button
      type="button"
      class="quiet small"
      data-copy={id}
      data-copied={say("common.copied")}
      aria-label={`${say("common.copy")}: ${label}`}
      hidden
    >
      {say("common.copy")}
    </button>
  );
}

/** What has just happened, at the head of a page. */
export function Notice(props: { readonly children: Child; readonly bad?: boolean }): Html {
  return <div class={props.bad ? "notice bad" : "notice"} role="status">{props.children}</div>;
}
