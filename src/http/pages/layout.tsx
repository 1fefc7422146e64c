import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { HtmlEscapedString } from "hono/utils/html";
import type { Catalogue } from "../words/catalogue.ts";
import type { Say } from "../words/say.tsx";
import { FormToken } from "./parts.tsx";
import script from "./page.js" with { type: "text" };
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
  readonly say: Say;
  readonly languages: readonly Catalogue[];
  readonly title: string;
  readonly version: string;
  /** The path of this page, for the link of the menu that leads to it. */
  readonly path: string;
  /** Where this page can be had again, with its query. */
  readonly here: string;
  /** Before sign-in there is no menu. */
  readonly signedIn: boolean;
  readonly formToken: string;
  /** Loads the page again after so many seconds, where there is no script that is told. */
  readonly refresh?: number | undefined;
  /** Where the page's script is told what changes. */
  readonly stream?: string | undefined;
  readonly children: Child;
}

/** The frame of every page. */
export function Layout(props: LayoutProps): Html {
  const { say, title, refresh, stream } = props;
  return (
    <html lang={say.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <Refresh seconds={refresh} stream={stream} />
        <title>{title} · {say("frame.name")}</title>
        <link rel="icon" href={ICON} />
        <style>{raw(style)}</style>
      </head>
      <body data-stream={stream}>
        <a class="skip" href="#content">{say("frame.skip_link")}</a>
        <Header {...props} />
        <main id="content" tabindex={-1}>{props.children}</main>
        <p class="news" role="status" hidden data-lost={say("frame.lost")}>
          <a href={props.here}>{say("frame.reload")}</a>
        </p>
        <Footer {...props} />
        <script type="module">{raw(script)}</script>
      </body>
    </html>
  );
}

function Refresh(
  { seconds, stream }: { seconds: number | undefined; stream: string | undefined },
): Html | null {
  if (seconds === undefined) return null;
  const meta = <meta http-equiv="refresh" content={String(seconds)} />;
  return stream === undefined ? meta : <noscript>{meta}</noscript>;
}

const MENU = [
  ["/", "frame.accounts"],
  ["/connect", "frame.connect"],
  ["/show", "frame.show"],
  ["/doctor", "frame.doctor"],
  ["/settings", "frame.settings"],
  ["/help", "frame.help"],
] as const;

function Header({ say, path, signedIn }: LayoutProps): Html {
  return (
    <header>
      <a class="name" href="/">{say("frame.name")}</a>
      {signedIn && (
        <nav aria-label={say("frame.menu")}>
          {MENU.map(([href, key]) => (
            <a href={href} aria-current={isAt(path, href) ? "page" : undefined}>{say(key)}</a>
          ))}
        </nav>
      )}
    </header>
  );
}

function isAt(path: string, href: string): boolean {
  const below = href === "/" ? "/accounts/" : `${href}/`;
  return path === href || path.startsWith(below);
}

function Footer({ say, languages, version, here, signedIn, formToken }: LayoutProps): Html {
  return (
    <footer>
      <span>{say("frame.version", { version })}</span>
      <form method="post" action="/language" aria-label={say("frame.language")}>
        <FormToken token={formToken} />
        <input type="hidden" name="to" value={here} />
        {languages.map(({ language, name }) => (
          <button
            type="submit"
            class="link"
            name="language"
            value={language}
            lang={language}
            aria-pressed={language === say.language ? "true" : "false"}
          >
            {name}
          </button>
        ))}
      </form>
      {signedIn && (
        <form method="post" action="/sign-out">
          <FormToken token={formToken} />
          <button type="submit" class="link">{say("frame.sign_out")}</button>
        </form>
      )}
    </footer>
  );
}
