/** What a password must be: long. What it is made of is its owner's affair (NIST SP 800-63B, section 5.1.1.2). */
import { AppError } from "./error.ts";
import { Secret } from "./secret.ts";

/** In characters as people count them. */
export const SHORTEST_PASSWORD = 10;
/** In characters as people count them. */
const LONGEST_PASSWORD = 256;

/** What everybody tries first, without blanks and signs, in lower case. */
const ABSURD: readonly string[] = [
  "companiontokenserver",
  "bitfocuscompanion",
  "tokenserver",
  "raspberrypi",
  "raspberry",
  "01234567890",
  "0123456789",
  "1234567890",
  "12345678910",
  "123456789012",
  "9876543210",
  "abcdefghij",
  "qwertyuiop",
  "qwertzuiop",
  "password12",
  "password123",
  "password1234",
  "passwordpassword",
  "passwort12",
  "passwort123",
  "passwort1234",
  "passwortpasswort",
  "changemenow",
  "iloveyou123",
  "administrator",
];

/** One form for one password: keyboards differ in how they compose an é. */
export function composed(password: Secret): Secret {
  return new Secret(password.reveal().normalize("NFC"));
}

/** Throws `AppError` `usage` where a new password is too short, too long or one that everybody tries first. */
export function checkNewPassword(password: Secret): void {
  const letters = [...composed(password).reveal()];
  if (letters.length < SHORTEST_PASSWORD) {
    throw unfit(
      "Cannot take this password: it is too short",
      `Take at least ${SHORTEST_PASSWORD} characters, such as four words`,
    );
  }
  if (letters.length > LONGEST_PASSWORD) {
    throw unfit("Cannot take this password: it is too long", `Take at most ${LONGEST_PASSWORD} characters`);
  }
  const bare = letters.join("").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  if (new Set(letters).size < 3 || ABSURD.includes(bare)) {
    throw unfit(
      "Cannot take this password: everybody would try this one first",
      "Take another one, such as four words",
    );
  }
}

/** Whether it is worth a look at all: longer ones are never accepted. */
export function isTooLong(password: Secret): boolean {
  return [...composed(password).reveal()].length > LONGEST_PASSWORD;
}

function unfit(message: string, hint: string): AppError {
  return new AppError("usage", message, { hint });
}
