/** The guards against attackers, taken away one at a time: the tests of guards must notice each. */
import { mutationsOf, type Row } from "./mutation.ts";

const APP: readonly Row[] = [
  [
    "pages answer under any host name",
    'if (!URL.canParse(request.url) || !room.hosts.admits(request)) return lineAnswer("wrong_host");',
    "",
  ],
  [
    "control answers under any host name",
    'if (!room.hosts.admits(request)) return lineAnswer("wrong_host");\n  if (deps.control',
    "if (deps.control",
  ],
  ["control answers other machines", 'if (!isLoopback(info)) return lineAnswer("not_local");', ""],
  ["forms are taken from anybody", "if (!room.forms.accepts(", "if (false && !room.forms.accepts("],
  ["pages need no session", "app.use(forSignedIn(room), ownForms(room));", "app.use(ownForms(room));"],
  ["bodies have no limit", "app.use(bounded(room));", ""],
];
const GUARD: readonly Row[] = [
  ["every host name is allowed", "if (name === undefined) return false;", "return true;"],
  ["any name with an ending of homes is ours", "name === known + ending)", "name.endsWith(ending))"],
  ["everybody is on this machine", "return /^(::1|127", "return true || /^(::1|127"],
];
const COMPANION: readonly Row[] = [
  [
    "an unknown id is looked up under any host name",
    'if (!hosts.admits(request)) return new Unknown("wrong_host");',
    "",
  ],
  [
    "a good token at hand is given without the password",
    "if (login === undefined || isProtected(login.account)) return",
    "if (login === undefined) return",
  ],
  [
    "any password will do",
    "if (given !== undefined && await isPassword(login.account, given)) return login;",
    "if (given !== undefined) return login;",
  ],
  ["no password will do", "if (!isProtected(login.account)) return login;", "return login;"],
  ["wrong passwords are not throttled", 'return miss === "too_many"\n', "return miss === undefined\n"],
  [
    "wrong ids are not throttled",
    'if (miss === "too_many") return new Unknown(isToken ? "too_many_requests" : "not_found");',
    "",
  ],
];
const STATUS: readonly Row[] = [
  [
    "health is told under any host name",
    'if (!room.hosts.admits(request)) return lineAnswer("wrong_host");',
    "",
  ],
];
const PRIVATE: readonly Row[] = [
  ["backups cross the network in clear", "if (isPrivate(c)) return;", "return;"],
  ["any peer counts as this machine", "return isLoopback(c.env?.info) && LOCAL", "return LOCAL"],
  ["a proxy counts as this machine", "FORWARDED.every((name) => !headers.has(name));", "true;"],
];
const BACKUP: readonly Row[] = [
  [
    "a recovery code is shown elsewhere",
    "keepBackupsPrivate(c);\n  const { code",
    "const { code",
  ],
  [
    "a backup is made elsewhere",
    'keepBackupsPrivate(c);\n  return await showMade(c, room, "settings", await room.deps.backups.byKnownKeys());',
    'return await showMade(c, room, "settings", await room.deps.backups.byKnownKeys());',
  ],
  [
    "a passphrase is typed elsewhere",
    "keepBackupsPrivate(c);\n  const passphrase",
    "const passphrase",
  ],
  ["a backup is downloaded elsewhere", "keepBackupsPrivate(c);\n  const made", "const made"],
  ["a backup is brought back from elsewhere", "keepBackupsPrivate(c);\n  const say", "const say"],
];
const FORM: readonly Row[] = [
  ["the site that sends a form does not matter", 'OWN_SITES.includes(headers.get("sec-fetch-site")) &&', ""],
  [
    "the origin of a form does not matter",
    '(origin === null || origin === "null" || hostIn(origin) === headers.get("host")) &&',
    "",
  ],
  ["the secret of a form does not matter", "sameText(token, session?.formToken ?? this.token)", "true"],
  ["all sessions share one form secret", "session?.formToken ?? this.token", "this.token"],
  ["own paths may lead elsewhere", '? text : "/";', "? text : text;"],
  ["own paths may begin with two slashes", "/^\\/(?![/\\\\])", "/^\\/"],
];
const HEADERS: readonly Row[] = [
  ["pages may be framed by new rules", "\"frame-ancestors 'none'\",", ""],
  ["pages may be framed by old rules", '"x-frame-options": "DENY",', ""],
  ["any script may run", "`script-src '${await hashOf(script)}'`", "\"script-src 'unsafe-inline'\""],
  ["types of answers may be guessed", '"x-content-type-options": "nosniff",', ""],
];
const SESSION: readonly Row[] = [
  ["scripts may read the session", "httpOnly: true", "httpOnly: false"],
  ["other sites send the session along", 'sameSite: "Strict"', 'sameSite: "None"'],
];
const OWNER: readonly Row[] = [
  ["the session before a sign-in goes on", "sessions.filter(({ id }) => id !== before?.id)", "[...sessions]"],
];
const CALLBACK: readonly Row[] = [
  ["any browser may finish a sign-in", "if (!arrival.here)", "if (false)"],
  ["an odd reference is repeated", "REF.test(ref) ?", "REF.test(ref) || true ?"],
];
/** What makes Hono take a text for markup. */
const MARKUP = "Object.assign(new String(TEXT), { isEscaped: true as const })";
const RICH: readonly Row[] = [
  [
    "values in texts are markup",
    "parts.push(filled(text.slice(end), values));",
    `parts.push(${MARKUP.replace("TEXT", "filled(text.slice(end), values)")} as unknown as Html);`,
  ],
];
const LAYOUT: readonly Row[] = [
  ["the title is markup", "<title>{title} ·", `<title>{${MARKUP.replace("TEXT", "title")}} ·`],
];
const RELAY: readonly Row[] = [
  [
    "the relay takes any path",
    "if (parts.every((part) => PART.test(part))) return filled;",
    "return filled;",
  ],
];
const HELIX: readonly Row[] = [
  ["a request may leave Helix", "return inside && url.pathname.length", "return url.pathname.length"],
];
const SENDING: readonly Row[] = [
  ["Twitch may redirect", 'redirect: "manual"', 'redirect: "follow"'],
];
const NOTICE: readonly Row[] = [
  ["an address for notices may redirect", 'redirect: "manual"', 'redirect: "follow"'],
];
const HELP: readonly Row[] = [
  ["any topic is one", "return HELP_TOPICS.some((topic) => topic === text);", "return true;"],
];

const TESTS = [
  ...[
    "app",
    "callback",
    "companion_errors",
    "form",
    "guard",
    "guards",
    "help",
    "id_password",
    "settings_backup",
    "sign_in",
    "status",
    "unlock",
  ]
    .map((name) => `tests/http/${name}_test.ts`),
  "tests/core/relay_request_test.ts",
  "tests/http/words",
  "tests/notice",
  "tests/twitch",
];

/** Each with the tests that must notice that the guard is gone. */
export const GUARD_MUTATIONS = mutationsOf({
  "src/http/app.tsx": APP,
  "src/http/guard.ts": GUARD,
  "src/http/companion.ts": COMPANION,
  "src/http/status.ts": STATUS,
  "src/http/private.ts": PRIVATE,
  "src/http/settings_backup.tsx": BACKUP,
  "src/http/form.ts": FORM,
  "src/http/headers.ts": HEADERS,
  "src/http/session.ts": SESSION,
  "src/http/callback.tsx": CALLBACK,
  "src/http/help/pages.ts": HELP,
  "src/http/words/rich.tsx": RICH,
  "src/http/pages/layout.tsx": LAYOUT,
  "src/core/owner.ts": OWNER,
  "src/core/relay_request.ts": RELAY,
  "src/twitch/helix.ts": HELIX,
  "src/twitch/sending.ts": SENDING,
  "src/notice/attempt.ts": NOTICE,
}).map((mutation) => ({ ...mutation, tests: TESTS }));
