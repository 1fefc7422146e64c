/** Sessions of people: what is kept of them, how long they last. The value in the browser's cookie is kept nowhere. */
import { DAY, type Duration, type Time } from "./account.ts";
import { digestOf, randomSecret, Secret } from "./secret.ts";

/** A session that nobody has used for so long is over. */
const IDLE_END: Duration = 30 * DAY;
/** So long after its begin every session is over. */
export const ABSOLUTE_END: Duration = 180 * DAY;
/** When a session was last seen is written so often and no more: it is no reason to wear a memory card. */
export const SEEN_WRITTEN_EACH: Duration = DAY;
/** The one that was not seen for longest makes room. */
const MOST = 50;
const SHAPE = /^[A-Za-z0-9_-]{43}$/;

/** What is known of a session. */
export interface SessionRecord {
  /** SHA-256 of the cookie's value: 64 hex digits. */
  readonly id: string;
  readonly beganAt: Time;
  readonly seenAt: Time;
  /** The address that it began from. */
  readonly from: string;
  /** The browser in words, such as `Firefox, Windows`; empty if it did not say. */
  readonly agent: string;
}

/** The session of a request. */
export interface Session extends SessionRecord {
  /** Every form of this session carries it. Made from the cookie's value, so it survives a restart and is kept nowhere. */
  readonly formToken: string;
}

/** A session that has just begun: `value` goes into the browser's cookie and nowhere else. */
export interface Opened {
  readonly session: Session;
  readonly value: Secret;
}

/** A session with a fresh value of 256 bits. */
export async function newSession(from: string, agent: string, now: Time): Promise<Opened> {
  const value = randomSecret();
  const id = await digestOf(value);
  const record: SessionRecord = { id, beganAt: now, seenAt: now, from, agent };
  return { session: { ...record, formToken: await formTokenOf(value) }, value };
}

/** What is kept of a session: its form token is not. */
export function recordOf({ id, beganAt, seenAt, from, agent }: Session): SessionRecord {
  return { id, beganAt, seenAt, from, agent };
}

/** The id that a cookie's value would have; undefined if it is none of ours. */
export async function idOfValue(value: Secret): Promise<string | undefined> {
  return SHAPE.test(value.reveal()) ? await digestOf(value) : undefined;
}

/** See `Session.formToken`. */
export function formTokenOf(value: Secret): Promise<string> {
  return digestOf(new Secret(`companion-token-server form token\0${value.reveal()}`));
}

/** Whether time has ended it. A clock that is set back ends nothing. */
export function isOver({ beganAt, seenAt }: SessionRecord, now: Time): boolean {
  return now - seenAt >= IDLE_END || now - beganAt >= ABSOLUTE_END;
}

/** With one more: those that time has ended go, and the one that was seen least lately if there are too many. */
export function withSession(
  records: readonly SessionRecord[],
  added: SessionRecord,
  now: Time,
): readonly SessionRecord[] {
  const alive = records.filter((record) => !isOver(record, now));
  const spare = Math.max(0, alive.length + 1 - MOST);
  const quietest = alive.toSorted((a, b) => a.seenAt - b.seenAt).slice(0, spare);
  return [...alive.filter((record) => !quietest.includes(record)), added];
}
