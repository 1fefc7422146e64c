/** Mistakes in what is done: the refresh transaction, the refresher, the roster. */
import { mutationsOf, type Row } from "./mutation.ts";

const REFRESH: readonly Row[] = [
  ["sent without a journal entry", "if (!await journal(roster, login, entry, now)) return;", ""],
  ["the proof before a single-use token is skipped", "if (spends) {", "if (!spends) {"],
  ["sent although the disk refuses the journal", "    return false;\n", "    return true;\n"],
  [
    "a refresh token that was not named is forgotten",
    "refresh: tokens.refresh ?? old.refresh,\n    scopes",
    "refresh: tokens.refresh,\n    scopes",
  ],
  ["scopes that were not named are forgotten", "tokens.scopes ?? old.scopes", "tokens.scopes ?? []"],
  ["generations are not counted", "generation: entry.generation + 1,", "generation: entry.generation,"],
  ["a superseded grant is kept", 'if (saved === "gone" || saved === "superseded")', 'if (saved === "gone")'],
  [
    "the grant of a removed account is not revoked",
    'if (saved === "gone" && app',
    'if (saved !== "gone" && app',
  ],
  ["rotation is not learned", "if (rotated) roster.note(", "if (!rotated) roster.note("],
  [
    "rotation is not learned from what came too late",
    "await roster.learn(sent.app.clientId, { rotates: rotated });",
    "",
  ],
  ["a bug at the journal counts as a full disk", "if (!(error instanceof AppError)) throw error;", ""],
  [
    "a token that was dead before is watched",
    "tokens.access !== undefined && !wasDead",
    "tokens.access !== undefined",
  ],
  ["old tokens are learned the wrong way round", '? "survives" : "dies"', '? "dies" : "survives"'],
  ["the replay rule is inverted", 'if (oldAccess === "survives")', 'if (oldAccess === "dies")'],
  [
    "a spent token is not believed to be spent",
    'if (word.kind === "invalid") return await needsLogin(roster, login, "answer_lost", now);',
    "",
  ],
  [
    "the second word on a refusal is not heard",
    'if (word.kind === "invalid" && says) return await needsLogin(roster, login, "refused", now);',
    "",
  ],
  [
    "silence proves that a token is unspent",
    'if (word.kind === "unavailable") return await noWord(roster, login, word, now);\n  if (word.kind === "invalid") return await needsLogin(roster, login, "answer',
    'if (word.kind === "invalid") return await needsLogin(roster, login, "answer',
  ],
  ["an unknown end is taken for unspent", 'if (outcome.spent === "unknown")', 'if (outcome.spent === "no")'],
  ["refusals are not counted", "(row.refusals?.count ?? 0) + 1", "(row.refusals?.count ?? 0)"],
  ["the first refusal is forgotten", "+ 1, first: row.refusals?.first ?? now", "+ 1, first: now"],
  [
    "one refusal is two words",
    "if (refusals !== undefined && apart(refusals))",
    "if (refusals !== undefined)",
  ],
  [
    "a request that never left counts as a send",
    "outcome.neverLeft ? row.sends.filter((at) => at !== entry.at) : row.sends",
    "row.sends",
  ],
  ["sends are counted on after a success", "refusals: undefined,\n    sends: [],", "refusals: undefined,"],
  ["a cut answer without a successor counts as whole", "return spent ? {", "return !spent ? {"],
  ["a late refusal hits a newer grant", "if (login.account.generation !== entry.generation) return;", ""],
  [
    "a failure revives a dead login",
    'if (row.health.state === "needs_login") {\n    return',
    'if (row.health.state === "connected") {\n    return',
  ],
  ["silence lengthens a wait", "if (waits || blockOf", "if (blockOf"],
  [
    "a token without expiry is not validated anew",
    "if (grant.expiresAt === undefined) login.validation = undefined;",
    "",
  ],
  [
    "another app's token is sent",
    "if (app === undefined || app.clientId !== account.clientId) return;",
    "",
    "nextStep() says other_app first, and nothing comes between",
  ],
];

const REFRESHER: readonly Row[] = [
  ["two refreshes at once", "if (running !== undefined) return this.#joined(running, login, asker);", ""],
  [
    "a jump of the clock begins a second piece of work",
    "    const now = this.#roster.deps.clock.now();\n    const running = this.#running.get(login);\n",
    "    const running = this.#running.get(login);\n    const now = this.#roster.deps.clock.now();\n",
  ],
  ["work begins before it is noted", "begun(() => this.#work(login, asker))", "this.#work(login, asker)"],
  [
    "work that is to be alone begins before it is noted",
    "begun(() => this.#leased(login, work))",
    "this.#leased(login, work)",
  ],
  ["a person turns all waits off", 'steps === 0 ? asker : "job"', "asker"],
  ["a removed login is worked on", " || this.#roster.get(login.account.key) !== login", ""],
  [
    "a closed refresher starts work",
    "if (this.#closed || this.#roster.deps",
    "if (this.#roster.deps",
    "the work takes no step once the refresher is closed",
  ],
  ["what is due within the minute waits for the job", "until - now >= MINUTE", "until - now >= 0"],
  ["one login that hangs holds back all", "const LANES = 8", "const LANES = 1"],
];

const ROSTER: readonly Row[] = [
  [
    "a grant that the disk refuses is dropped",
    "if (!refused && next.generation === generation) throw error;",
    "throw error;",
  ],
  [
    "a late answer overwrites a newer grant",
    'if (login.account.generation !== generation) return "superseded";\n    const save',
    "const save",
  ],
  [
    "a grant of somebody else's is overwritten after a conflict",
    'if (login.account.generation !== generation) return "superseded";\n      return',
    "return",
  ],
  ["the journal is not read at start", ", open: journal.get(account.key)", ""],
  [
    "a refreshed token counts as dead",
    "{ access, accessDead: false, unconfirmed: false });\n    this",
    "{ access, unconfirmed: false });\n    this",
  ],
  ["a journal entry outlives its grant", 'login.entryEnded = saved === "held";', ""],
  ["a held grant is not written later", "login.saveAt = this.deps.clock.now() + SAVE_AGAIN;", ""],
  [
    "a wrong client secret is waited for after it was put right",
    'health.reason === "app_refused"',
    'health.reason === "refused"',
  ],
  ["a question is answered without a judge", "?.answered === true ? Number", "?.answered !== true ? Number"],
];

const KNOWN_APPS: readonly Row[] = [
  ["what was learned goes into no commit", "await write(facts)", "await write()"],
  ["what was learned while it was written is forgotten", "if (this.of(clientId) === facts) ", ""],
];

const HELD: readonly Row[] = [
  [
    "a held sign-in is at risk in a last try",
    "return [...this.#entries.values(), ...this.#ending]",
    "return [...this.#ending]",
  ],
  ["one that is being decided about is at risk", "this.#ending.add(entry);", ""],
];

const TAKE_ROW: readonly Row[] = [
  [
    "a held grant gives way to the older row",
    "row.generation < known.generation",
    "row.generation > known.generation",
  ],
  [
    "the token of another grant is not opened",
    "isNew() ? await openAccess(deps, row) : login.access",
    "login.access",
  ],
  ["a row that was read late is taken", "row.revision > login.account.revision", "true"],
];

/** All of this file. */
export const REFRESH_MUTATIONS = mutationsOf({
  "src/core/refresh.ts": REFRESH,
  "src/core/refresher.ts": REFRESHER,
  "src/core/roster.ts": ROSTER,
  "src/core/take_row.ts": TAKE_ROW,
  "src/core/known_apps.ts": KNOWN_APPS,
  "src/core/held_sign_ins.ts": HELD,
});
