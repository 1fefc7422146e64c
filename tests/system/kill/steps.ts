/**
 * Every step at which a process is killed, and what must become of the login. `in flight` is while the request is at
 * Twitch, before or after it has acted; the other steps are calls of the ports. `rotating` is an app with a secret whose
 * refresh tokens are spent by use, known to be one except in its first refresh.
 *
 * A refresh: `kept`, or `lost`, which only a login may be whose refresh tokens are spent by use, from the moment at
 * which Twitch has rotated its refresh token until the commit of the new one. A first refresh of an app that nobody
 * knows to rotate: what it has shown is known after the death, for the answer of the next one is cut off, and the login
 * `lost` without a replay. Before the commit of such a refresh nothing could be known, so those steps are left out.
 *
 * A first sign-in: `none`, or `made`. One more by the same user: `old`, or `new`, is the grant that is there afterwards.
 *
 * A restore of two logins, into nothing or over an older state of them: `old` as before it, `new` as in the backup, or
 * `part`: some are there, and one may be there as an ended login of which nothing is sent. From each of them one more
 * restore leads to `new`.
 */
const TABLE = `
  act            step                          call  confidential  public  rotating
  refresh        before validate               1     kept          kept    kept
  refresh        after validate                1     kept          kept    kept
  refresh        before beginRefresh           1     kept          kept    kept
  refresh        after beginRefresh            1     kept          kept    kept
  refresh        before refresh                1     kept          kept    kept
  refresh        in flight before Twitch acts  1     kept          kept    kept
  refresh        in flight after Twitch acted  1     kept          lost    lost
  refresh        after refresh                 1     kept          lost    lost
  refresh        before sealGrant              1     kept          lost    lost
  refresh        after sealGrant               1     kept          lost    lost
  refresh        before endRefresh             1     kept          lost    lost
  refresh        after endRefresh              1     kept          kept    kept
  refresh        before learn                  1     kept          kept    -
  refresh        after learn                   1     kept          kept    -
  refresh        before validate               2     -             kept    kept
  refresh        after validate                2     -             kept    kept
  refresh        before replace                1     kept          kept    kept
  refresh        after replace                 1     kept          kept    kept
  first refresh  after endRefresh              1     -             -       lost
  first refresh  before validate               1     -             -       lost
  first refresh  after validate                1     -             -       lost
  first refresh  before learn                  1     -             -       lost
  first refresh  after learn                   1     -             -       lost
  sign in        before exchange               1     none          none    -
  sign in        in flight after Twitch acted  1     none          none    -
  sign in        after exchange                1     none          none    -
  sign in        before validate               1     none          none    -
  sign in        after validate                1     none          none    -
  sign in        before sealGrant              1     none          none    -
  sign in        after sealGrant               1     none          none    -
  sign in        before seal                   1     none          none    -
  sign in        after seal                    1     none          none    -
  sign in        before add                    1     none          none    -
  sign in        after add                     1     made          made    -
  sign in again  before exchange               1     old           old    -
  sign in again  in flight after Twitch acted  1     old           old    -
  sign in again  after exchange                1     old           old    -
  sign in again  before validate               1     old           old    -
  sign in again  after validate                1     old           old    -
  sign in again  before sealGrant              1     old           old    -
  sign in again  after sealGrant               1     old           old    -
  sign in again  before replace                1     old           old    -
  sign in again  after replace                 1     new           new    -
  restore        before openStore              1     old           old     old
  restore        after openStore               1     old           old     old
  restore        before addSlot                1     old           old     old
  restore        after addSlot                 1     old           old     old
  restore        before saveSetting            1     old           old     old
  restore        after saveSetting             1     old           old     old
  restore        before learn                  1     old           old     old
  restore        after learn                   1     old           old     old
  restore        before sealGrant              1     old           old     old
  restore        before add                    1     old           old     old
  restore        after add                     1     part          part    part
  restore        before addId                  1     part          part    part
  restore        after addId                   1     part          part    part
  restore        before beginRefresh           1     part          part    part
  restore        after beginRefresh            1     part          part    part
  restore        before add                    2     part          part    part
  restore        after add                     2     part          part    part
  restore        before beginRefresh           2     part          part    part
  restore        after beginRefresh            2     new           new     new
  restore        before saveSetting            2     new           new     new
  restore        after saveSetting             2     new           new     new
  restore over   before openStore              1     old           old     old
  restore over   after openStore               1     old           old     old
  restore over   before saveSetting            1     old           old     old
  restore over   after saveSetting             1     old           old     old
  restore over   before learn                  1     old           old     old
  restore over   after learn                   1     old           old     old
  restore over   before addId                  1     old           old     old
  restore over   after addId                   1     old           old     old
  restore over   before sealGrant              1     old           old     old
  restore over   before beginRefresh           1     old           old     old
  restore over   after beginRefresh            1     new           new     new
  restore over   before saveSetting            2     new           new     new
  restore over   after saveSetting             2     new           new     new
`;

export type Act = "refresh" | "first refresh" | "sign in" | "sign in again" | "restore" | "restore over";
export type Fate = "kept" | "lost" | "none" | "made" | "old" | "part" | "new";
export type AppType = (typeof TYPES)[number];

/** In the order of the table's columns. */
export const TYPES = ["confidential", "public", "rotating"] as const;

/** One step for one type of app. */
export interface Case {
  readonly act: Act;
  readonly step: string;
  readonly call: number;
  readonly type: AppType;
  readonly expected: Fate;
}

const LINE = /^ {2}(\S+(?: \S+)*) {2,}(\S+(?: \S+)*) {2,}(\d) +(\S+) +(\S+) +(\S+)$/gm;

/** All of them, in the order in which they come by. */
export function cases(): readonly Case[] {
  return [...TABLE.matchAll(LINE)].flatMap(([, act, step, call, ...fates]) =>
    TYPES.flatMap((type, at) => {
      const expected = fates[at] as Fate | "-";
      return expected === "-"
        ? []
        : [{ act: act as Act, step: step ?? "", call: Number(call), type, expected }];
    })
  );
}

/** The same, but each step of a restore for one type of app only, the types taking turns. */
export function fewCases(): readonly Case[] {
  let turn = 0;
  return cases().filter(({ act, type }) => {
    if (!act.startsWith("restore")) return true;
    const step = Math.floor(turn++ / TYPES.length);
    return type === TYPES[step % TYPES.length];
  });
}
