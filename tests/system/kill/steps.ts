/**
 * Every step at which a process is killed, and what must become of the login. `in flight` is while the request is at
 * Twitch, before or after it has acted; the other steps are calls of the ports.
 *
 * A refresh: `kept`, or `lost`, which only a public app's login may be, from the moment at which Twitch has rotated its
 * refresh token until the commit of the new one. A first sign-in: `none`, or `made`. One more by the same user: `old`,
 * or `new`, is the grant that is there afterwards.
 */
const TABLE = `
  act            step                          call  confidential  public
  refresh        before validate               1     kept          kept
  refresh        after validate                1     kept          kept
  refresh        before beginRefresh           1     kept          kept
  refresh        after beginRefresh            1     kept          kept
  refresh        before refresh                1     kept          kept
  refresh        in flight before Twitch acts  1     kept          kept
  refresh        in flight after Twitch acted  1     kept          lost
  refresh        after refresh                 1     kept          lost
  refresh        before sealGrant              1     kept          lost
  refresh        after sealGrant               1     kept          lost
  refresh        before endRefresh             1     kept          lost
  refresh        after endRefresh              1     kept          kept
  refresh        before learn                  1     kept          kept
  refresh        after learn                   1     kept          kept
  refresh        before validate               2     -             kept
  refresh        after validate                2     -             kept
  refresh        before learn                  2     -             kept
  refresh        after learn                   2     -             kept
  refresh        before replace                1     kept          kept
  refresh        after replace                 1     kept          kept
  sign in        before exchange               1     none          none
  sign in        in flight after Twitch acted  1     none          none
  sign in        after exchange                1     none          none
  sign in        before validate               1     none          none
  sign in        after validate                1     none          none
  sign in        before sealGrant              1     none          none
  sign in        after sealGrant               1     none          none
  sign in        before sealId                 1     none          none
  sign in        after sealId                  1     none          none
  sign in        before add                    1     none          none
  sign in        after add                     1     made          made
  sign in again  before exchange               1     old           old
  sign in again  in flight after Twitch acted  1     old           old
  sign in again  after exchange                1     old           old
  sign in again  before validate               1     old           old
  sign in again  after validate                1     old           old
  sign in again  before sealGrant              1     old           old
  sign in again  after sealGrant               1     old           old
  sign in again  before replace                1     old           old
  sign in again  after replace                 1     new           new
`;

export type Act = "refresh" | "sign in" | "sign in again";
export type Fate = "kept" | "lost" | "none" | "made" | "old" | "new";
export type AppType = "confidential" | "public";

/** One step for one type of app. */
export interface Case {
  readonly act: Act;
  readonly step: string;
  readonly call: number;
  readonly type: AppType;
  readonly expected: Fate;
}

const LINE = /^ *(refresh|sign in again|sign in) {2,}(.*?) +(\d) +(\S+) +(\S+)$/gm;

/** All of them, in the order in which they come by. */
export function cases(): readonly Case[] {
  return [...TABLE.matchAll(LINE)].flatMap(([, act, step, call, ...fates]) =>
    (["confidential", "public"] as const).flatMap((type, at) => {
      const expected = fates[at] as Fate | "-";
      return expected === "-"
        ? []
        : [{ act: act as Act, step: step ?? "", call: Number(call), type, expected }];
    })
  );
}
