/**
 * The short forms: what people want of Twitch in plain text, so that a button needs no JSON, no id and no header, and
 * quotes and umlauts arrive.
 */
import { AppError } from "./error.ts";
import { NOT_LIVE, post, readLine, request, type ShortForm, spanText, WHEN_NOT_LIVE } from "./short_form.ts";
import { cancelRaid, raid, shoutout } from "./short_form_raids.ts";
import { poll, prediction } from "./short_form_votes.ts";

const AD_LENGTHS: readonly number[] = [30, 60, 90, 120, 150, 180];
const DEFAULT_AD = "30";

const say: ShortForm = {
  word: "SAY",
  doing: "send the message",
  scope: "user:write:chat",
  read(text) {
    const message = readLine(this.doing, text, 500);
    return {
      request: ({ me }) => post("chat/messages", {}, { broadcaster_id: me, sender_id: me, message }),
      done(first) {
        if (first["is_sent"] !== false) return "Message sent";
        throw new AppError("refused", `Message not sent: ${dropReason(first["drop_reason"])}`);
      },
    };
  },
  failures: [],
};

/** Twitch gives an object with code and message; its older examples show it in an array. */
function dropReason(value: unknown): string {
  const reason: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof reason !== "object" || reason === null) return "Twitch does not say why";
  const { message, code } = reason as Record<string, unknown>;
  return [message, code].find((text) => typeof text === "string" && text !== "") as string | undefined ??
    "Twitch does not say why";
}

const title: ShortForm = {
  word: "TITLE",
  doing: "set the title",
  scope: "channel:manage:broadcast",
  read(text) {
    const line = readLine(this.doing, text, 140);
    return {
      request: ({ me }) => request("PATCH", "channels", { broadcaster_id: me }, { title: line }),
      done: () => "Title set",
    };
  },
  failures: [],
};

const announce: ShortForm = {
  word: "ANNOUNCE",
  doing: "send the announcement",
  scope: "moderator:manage:announcements",
  read(text) {
    const message = readLine(this.doing, text, 500);
    return {
      request: ({ me }) => post("chat/announcements", { broadcaster_id: me, moderator_id: me }, { message }),
      done: () => "Announcement sent",
    };
  },
  failures: [],
};

const ad: ShortForm = {
  word: "AD",
  doing: "start the ad",
  scope: "channel:edit:commercial",
  read(text) {
    const [, digits = "0"] = /^(\d{1,4}) ?(?:s|sec|seconds)?$/i.exec(text === "" ? DEFAULT_AD : text) ?? [];
    const length = Number(digits);
    // Twitch takes any length and blocks the next ad for it (twitchdev/issues#212).
    if (!AD_LENGTHS.includes(length)) {
      throw new AppError("usage", "Cannot start the ad: it can have 30, 60, 90, 120, 150 or 180 seconds");
    }
    return {
      request: ({ me }) => post("channels/commercial", {}, { broadcaster_id: me, length }),
      done({ length: given, retry_after: wait }) {
        const next = typeof wait === "number" && wait > 0 ? `, next in ${spanText(wait)}` : "";
        return `Ad of ${typeof given === "number" && given > 0 ? given : length} s started${next}`;
      },
    };
  },
  failures: [
    { when: WHEN_NOT_LIVE, line: NOT_LIVE },
    // Twitch says it with either status (twitchdev/issues#712), and not how long it will take (#686).
    { when: /recently|cool ?-?down|retry_after/i, line: "the last one is not long enough ago", as: 429 },
    { status: 429, line: "the last one is not long enough ago" },
  ],
};

const marker: ShortForm = {
  word: "MARKER",
  doing: "set the marker",
  scope: "channel:manage:broadcast",
  read(text) {
    const description = text === "" ? undefined : readLine(this.doing, text, 140);
    return {
      request: ({ me }) => post("streams/markers", {}, { user_id: me, description }),
      done({ position_seconds: at }) {
        return typeof at === "number" ? `Marker set at ${positionText(at)}` : "Marker set";
      },
    };
  },
  failures: [{ when: WHEN_NOT_LIVE, line: NOT_LIVE }, {
    status: 404,
    line: `${NOT_LIVE}, or keeps no past broadcasts`,
  }],
};

/** `1:02:03` into the stream. */
function positionText(seconds: number): string {
  const two = (number: number) => String(Math.floor(number)).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(seconds % 3600 / 60)}:${two(seconds % 60)}`;
}

const clip: ShortForm = {
  word: "CLIP",
  doing: "make the clip",
  scope: "clips:edit",
  read: () => ({
    request: ({ me }) => post("clips", { broadcaster_id: me }),
    done({ id }) {
      const known = typeof id === "string" && /^[\w-]{1,90}$/.test(id);
      return known ? `Clip on its way: https://clips.twitch.tv/${id}` : "Clip on its way";
    },
  }),
  failures: [{ status: 404, line: NOT_LIVE }, { status: 403, line: "clips are not allowed on this channel" }],
};

/** Every short form by the last part of its address. */
export const SHORT_FORMS: ReadonlyMap<string, ShortForm> = new Map(Object.entries({
  say,
  title,
  announce,
  ad,
  marker,
  clip,
  raid,
  shoutout,
  poll,
  prediction,
  "cancel-raid": cancelRaid,
}));
