/** What is about another channel: raid, shoutout, cancel-raid. */
import { NOT_LIVE, post, readName, request, type ShortForm, WHEN_NOT_LIVE } from "./short_form.ts";

/** `raid`: the name of a channel. */
export const raid: ShortForm = {
  word: "RAID",
  doing: "start the raid",
  scope: "channel:manage:raids",
  read(text) {
    const name = readName(this.doing, text);
    return {
      target: name,
      request: ({ me, target }) => post("raids", { from_broadcaster_id: me, to_broadcaster_id: target }),
      done: () => `Raid to ${name} starts in 90 s, or with Raid Now in the chat`,
    };
  },
  failures: [
    { status: 409, line: "one is under way already" },
    { status: 429, line: "Twitch takes 10 tries in 10 minutes" },
    { when: /cannot be the same|itself/i, line: "a channel cannot raid itself" },
    { when: /many viewers/i, line: "there are too many viewers" },
    { when: /block|doesn.t accept|not accept|settings/i, line: "that channel does not take it" },
  ],
};

/** `shoutout`: the name of a channel. */
export const shoutout: ShortForm = {
  word: "SHOUTOUT",
  doing: "give the shoutout",
  scope: "moderator:manage:shoutouts",
  read(text) {
    const name = readName(this.doing, text);
    return {
      target: name,
      request: ({ me, target }) =>
        post("chat/shoutouts", { from_broadcaster_id: me, to_broadcaster_id: target, moderator_id: me }),
      done: () => `Shoutout to ${name} sent`,
    };
  },
  failures: [
    { when: /themselves/i, line: "a channel cannot give one to itself" },
    { when: WHEN_NOT_LIVE, line: `${NOT_LIVE}, or has no viewer yet` },
    { status: 403, line: "Twitch does not allow one to that channel" },
    { status: 429, line: "one in 2 minutes, to the same channel one in an hour" },
  ],
};

/** `cancel-raid`: no text. */
export const cancelRaid: ShortForm = {
  word: "RAID",
  doing: "cancel the raid",
  scope: "channel:manage:raids",
  read: () => ({
    request: ({ me }) => request("DELETE", "raids", { broadcaster_id: me }),
    done: () => "Raid cancelled",
  }),
  failures: [{ status: 404, line: "there is none" }],
};
