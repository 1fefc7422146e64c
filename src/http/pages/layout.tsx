import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { HtmlEscapedString } from "hono/utils/html";
import { FORM_FIELD } from "../form.ts";
import style from "./style.css" with { type: "text" };

/** What a page or a part of one is. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** A plug in the accent colour; it is in the page, so no browser asks for /favicon.ico. */
const ICON = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#6d3fd1"/>' +
    '<path d="M11 6v6M21 6v6M8 12h16v4a8 8 0 0 1-16 0zM16 24v4" fill="none" stroke="#fff" stroke-width="3" ' +
    'stroke-linecap="round" stroke-linejoin="round"/></svg>',
);

interface LayoutProps {
  readonly title: string;
  readonly version: string;
  /** Loads the page again after so many seconds. */
  readonly refresh?: number | undefined;
  readonly children: Child;
}

/** The frame of every page. */
export function Layout(props: LayoutProps): Html {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        {props.refresh === undefined ? null : <meta http-equiv="refresh" content={String(props.refresh)} />}
        <title>{props.title} · Companion token server</title>
        <link rel="icon" href={ICON} />
        <style>{raw(style)}</style>
      </head>
      <body>
        <header>
          <a class="name" href="/">Companion token server</a>
          <nav>
            <a href="/">Accounts</a>
            <a href="/connect">Sign in</a>
            <a href="/setup">Twitch app</a>
          </nav>
        </header>
        <main>{props.children}</main>
        <footer>companion-token-server {props.version}</footer>
      </body>
    </html>
  );
}

/** The hidden field that makes a form one of ours. */
export function FormToken(props: { readonly token: string }): Html {
  return <input type="hidden" name={FORM_FIELD} value={props.token} />;
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: string;
  readonly value?: string;
  readonly hint?: Child;
  readonly error?: string | undefined;
  readonly required?: boolean;
  readonly most: number;
}

/** One line of input with its label, its hint, and what is wrong with it. */
export function Field(props: FieldProps): Html {
  const { name, error, hint } = props;
  const notes = [hint === undefined ? "" : `${name}-hint`, error === undefined ? "" : `${name}-error`];
  return (
    <div class={error === undefined ? "field" : "field wrong"}>
      <label for={name}>{props.label}</label>
      {hint === undefined ? null : <p class="hint" id={`${name}-hint`}>{hint}</p>}
      <input
        id={name}
        name={name}
        type={props.type ?? "text"}
        value={props.value ?? ""}
        maxlength={props.most}
        required={props.required ?? false}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-invalid={error === undefined ? undefined : "true"}
        aria-describedby={notes.join(" ").trim() || undefined}
      />
      {error === undefined ? null : <p class="error" id={`${name}-error`}>{error}</p>}
    </div>
  );
}
