/** Mistakes in what is to be done when, and in what is made of Twitch's answers. */
import { mutationsOf, type Row } from "./mutation.ts";

const SCHEDULE: readonly Row[] = [
  ["one send more an hour", "MOST_SENDS_PER_HOUR = 8", "MOST_SENDS_PER_HOUR = 9"],
  ["waits after refusals are swapped", "[5 * MINUTE, 30 * MINUTE,", "[30 * MINUTE, 5 * MINUTE,"],
  ["the margin is the longer one", "Math.min(2 * HOUR, life / 2) + 2", "Math.max(2 * HOUR, life / 2) + 2"],
  ["a token is served at its expiry", "now >= account.expiresAt;", "now > account.expiresAt;"],
  ["sends of the last hour are forgotten", "at > now - HOUR && at <= now", "at > now && at <= now"],
  [
    "the caps are swapped",
    "failure.harmless ? MINUTE : 15 * MINUTE",
    "failure.harmless ? 15 * MINUTE : MINUTE",
  ],
  ["waits do not double", "2 ** Math.min(attempts - 1, 10)", "1"],
  ["waits are zero", "attempts,\n    nextTry: now + wait", "attempts,\n    nextTry: now"],
  ["Retry-After is not honoured", "failure.retryAfter ?? 0", "0"],
  [
    "Retry-After has no cap",
    "Math.min(cap, Math.max(doubled, failure.retryAfter ?? 0))",
    "Math.max(Math.min(cap, doubled), failure.retryAfter ?? 0)",
  ],
  [
    "alignment is inverted",
    "aligned ? Math.min(30 * MINUTE, life / 4) : refreshMargin(life)",
    "aligned ? refreshMargin(life) : Math.min(30 * MINUTE, life / 4)",
  ],
  [
    "a dead access token is not replaced",
    "if (situation.accessDead) return replaceAt(account, now, asker);",
    "",
  ],
  ["more is spent while a grant is not on disk", "if (saveAt !== undefined) {", "if (saveAt === 0) {"],
  [
    "the proof does not wait for Twitch to finish",
    "Math.min(30 * SECOND, (lifeOf(account) ?? HOUR) / 20)",
    "0",
  ],
  ["what must be proved is inverted", "&& mustProve(situation) ?", "&& !mustProve(situation) ?"],
  ["the hourly limit lasts a minute", "oldest + HOUR", "oldest + MINUTE"],
  ["a spent token is sent again", 'if (health.reason !== "refused") return undefined;', ""],
  ["a dead login is tried hourly", "last + DAY;", "last + HOUR;"],
  [
    "an unsafe runtime may send what it must not",
    "!situation.sendsOnce && rotates(",
    "situation.sendsOnce && rotates(",
  ],
  ["a wait may last for years", " || health.nextTry > now + DAY", ""],
  ["a cut connection is not ambiguous", '"cut", "timeout"', '"timeout"'],
  ["no validation while asked for", "asked ? 10 * MINUTE : HOUR", "asked ? HOUR : HOUR"],
  [
    "two refusals five minutes apart are one",
    "refusals.first >= REFUSALS_APART",
    "refusals.first > REFUSALS_APART",
  ],
  [
    "a question starts no refresh",
    '"question" ? earliest(job, questionRefreshAt(account, aligned)) : job',
    '"question" ? job : job',
  ],
  [
    "a dead login of a public app is tried daily",
    "app?.clientSecret === undefined ? undefined : last",
    "app === undefined ? undefined : last",
  ],
  ["a new token called dead is replaced at once", "if (lastRefresh === undefined) return 0;", "return 0;"],
  ["a question shortens a wait", 'asker === "person" ? 0 : waitUntil', 'asker !== "job" ? 0 : waitUntil'],
];

const AROUND: Readonly<Record<string, readonly Row[]>> = {
  "src/core/validate.ts": [
    [
      "a late 401 hits a newer token",
      "if (login.account.generation !== account.generation) return outcome;",
      "",
    ],
    [
      "a token that Twitch calls dead is served",
      "login.access = undefined;\n      login.accessDead",
      "login.accessDead",
    ],
    ["Twitch's return does not end a wait", "if (silentBefore) await", "if (!silentBefore) await"],
    ["a rename is not taken over", "word.login === account.login ? {}", "word.login !== account.login ? {}"],
    [
      "an expiry that was not known stays so",
      "account.expiresAt === undefined && word",
      "account.expiresAt !== undefined && word",
    ],
  ],
  "src/core/token.ts": [
    [
      "an expired token is answered",
      "return expired(login.account, now) ? undefined : login.access;",
      "return login.access;",
    ],
    ["a question is held ten times as long", "HOLD: Duration = 6 * SECOND", "HOLD: Duration = 60 * SECOND"],
    [
      "a question does not wait for the refresh",
      "(!busy || login.account.generation !== generation)",
      "true",
    ],
  ],
  "src/core/doubt.ts": [
    ["a clock that jumps ends tokens", "expiresAt: undefined, health", "health"],
    ["after a jump nobody asks Twitch", "login.validation = undefined;", ""],
    ["a wait outlasts a clock that went back", "Math.min(health.nextTry, latest)", "health.nextTry"],
  ],
  "src/core/steady_clock.ts": [
    ["only jumps ahead are noticed", "Math.abs(drift) > JUMP", "drift > JUMP"],
    ["one jump is noticed again and again", "this.#offset += drift;", ""],
  ],
  "src/core/app.ts": [
    [
      "a rotation that was learned is ignored",
      "return app.clientSecret === undefined || facts.rotates;",
      "return app.clientSecret === undefined;",
    ],
    ["old tokens that die are ignored", '|| facts.oldAccess === "dies"', '|| facts.oldAccess === "survives"'],
  ],
};

const TWITCH: Readonly<Record<string, readonly Row[]>> = {
  "src/twitch/answers.ts": [
    [
      "any complaint is a refusal",
      'refused && complaintIn(answer) === "invalid refresh token"',
      "refused && complaintIn(answer) !== undefined",
    ],
    [
      "a refusal by 401 is not heard",
      "statusOf(answer) === 400 || statusOf(answer) === 401",
      "statusOf(answer) === 400",
    ],
    ["a 429 may have spent the token", 'trouble("rate_limited", "no"', 'trouble("rate_limited", "unknown"'],
    [
      "a 5xx has not spent the token",
      'trouble("twitch_error", "unknown", answer);\n  const',
      'trouble("twitch_error", "no", answer);\n  const',
    ],
    [
      "a wrong secret may have spent the token",
      'trouble("app_refused", "no"',
      'trouble("app_refused", "unknown"',
    ],
    [
      "the request's complaints are swapped",
      'test(complaint) ? "no" : "unknown"',
      'test(complaint) ? "unknown" : "no"',
    ],
    [
      "a cut connection counts as never left",
      'neverLeft ? "unreachable" : "cut", neverLeft }',
      'neverLeft ? "unreachable" : "cut", neverLeft: true }',
    ],
    [
      "a time-out counts as never left",
      'reason: "timeout", neverLeft: false',
      'reason: "timeout", neverLeft: true',
    ],
    [
      "a page has not spent the token",
      'answer.broken ?? "not_twitch", "unknown"',
      'answer.broken ?? "not_twitch", "no"',
    ],
    [
      "any 401 ends a token",
      "statusOf(answer) === 401 && v.is(invalidFields, object)",
      "statusOf(answer) === 401",
    ],
    ["a header that was lost ends a token", '!== "missing authorization token"', '!== "missing"'],
    ["a torn body counts as whole", "whole: object.whole }", "whole: true }"],
    ["words in capitals are not understood", "message.trim().toLowerCase()", "message.trim()"],
    ["a half answer is no answer", "if (!access && !refresh)", "if (!access || !refresh)"],
    ["seconds are milliseconds", "Math.ceil(seconds * SECOND)", "Math.ceil(seconds)"],
    [
      "a token of a 4xx counts",
      'answer.kind === "failed" || answer.status !== 200',
      'answer.kind === "failed"',
    ],
  ],
  "src/twitch/sending.ts": [
    ["redirects are followed", 'redirect: "manual"', 'redirect: "follow"'],
    ["a body has no end", "if (left < 0)", "if (left < -1e9)"],
    [
      "what arrived before a break is dropped",
      "return { text, broken: failureOf",
      'return { text: "", broken: failureOf',
    ],
    ["a date of Retry-After counts from 1970", "Math.max(0, at - now)", "Math.max(0, at)"],
  ],
  "src/twitch/client.ts": [
    ["every version of Deno sends once", "if (whole === undefined) return false;", "return true;"],
  ],
  "src/twitch/requests.ts": [
    [
      "a refresh goes without the client secret",
      'await post("token", { ...credentials(app), ...grant }));\n    },\n    async validate',
      'await post("token", { client_id: app.clientId, ...grant }));\n    },\n    async validate',
    ],
  ],
  "src/twitch/json.ts": [
    [
      "half a string counts",
      "if (token === '\"') return;",
      "",
      "a member with half a string is no JSON, which ends the reading as well",
    ],
    ["what broke off counts as whole", "whole: false", "whole: true"],
  ],
};

/** All of this file. */
export const POLICY_MUTATIONS = mutationsOf({ "src/core/schedule.ts": SCHEDULE, ...AROUND, ...TWITCH });
