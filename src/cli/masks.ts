/**
 * The second net under `Secret`: the texts of secrets that are alive, each with the forms in which it could reach a log
 * unseen. Whoever unseals or receives a secret adds it, and removes it when it is dead.
 */
import type { Secret } from "../core/secret.ts";

/** Shorter texts are left alone: masking them would hide half of every line. */
const SHORTEST = 8;
const MASK = "[secret]";

/** Every form is at least so long: where one may begin is told by so many letters. */
const BEGINNING = 8;

export class Masks {
  /** How often each text was added, and not yet removed. */
  readonly #owners = new Map<string, number>();
  /**
   * How many texts have a form that begins so. A pattern of all forms would be built anew after each refresh, and with a
   * thousand logins that alone takes longer than a question may.
   */
  readonly #beginnings = new Map<number, number>();

  /** From now on the text is masked. Added twice, it must be removed twice. */
  add(secret: Secret): void {
    const text = secret.reveal();
    if (text.length < SHORTEST) return;
    const owners = this.#owners.get(text) ?? 0;
    this.#owners.set(text, owners + 1);
    if (owners > 0) return;
    for (const beginning of beginningsOf(text)) {
      this.#beginnings.set(beginning, (this.#beginnings.get(beginning) ?? 0) + 1);
    }
  }

  /** Takes back one `add`; nothing happens if there was none. */
  remove(secret: Secret): void {
    const text = secret.reveal();
    const owners = this.#owners.get(text);
    if (owners === undefined) return;
    if (owners > 1) return void this.#owners.set(text, owners - 1);
    this.#owners.delete(text);
    for (const beginning of beginningsOf(text)) {
      const others = (this.#beginnings.get(beginning) ?? 0) - 1;
      if (others > 0) this.#beginnings.set(beginning, others);
      else this.#beginnings.delete(beginning);
    }
  }

  /** The text with `[secret]` in the place of every living secret, in whatever case or encoding. */
  apply(text: string): string {
    if (this.#owners.size === 0) return text;
    const line = folded(text);
    let [masked, done] = ["", 0];
    for (let at = 0; at + BEGINNING <= line.length;) {
      const length = this.#longestAt(line, at);
      if (length > 0) {
        masked += text.slice(done, at) + MASK;
        done = at + length;
      }
      at += length || 1;
    }
    return masked + text.slice(done);
  }

  /** How long the form is that stands there, the longest of several; 0 if there is none. */
  #longestAt(line: string, at: number): number {
    if (!this.#beginnings.has(beginningAt(line, at))) return 0;
    const forms = [...this.#owners.keys()].flatMap(formsOf).map(folded);
    return Math.max(0, ...forms.filter((form) => line.startsWith(form, at)).map(({ length }) => length));
  }
}

function beginningsOf(text: string): ReadonlySet<number> {
  return new Set(formsOf(text).map((form) => beginningAt(folded(form), 0)));
}

/** A number for the letters that stand there (FNV-1a): two may share one, so it only says where to look closer. */
function beginningAt(line: string, at: number): number {
  let hash = 0x811c9dc5;
  for (let place = at; place < at + BEGINNING; place++) {
    hash = Math.imul(hash ^ line.charCodeAt(place), 0x01000193);
  }
  return hash >>> 1;
}

/** In lower case, each letter in the place where it was: a few become two letters, and those stay as they are. */
function folded(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return text.replaceAll(
    /[^]/g,
    (letter) => letter.toLowerCase().length === 1 ? letter.toLowerCase() : letter,
  );
}

function formsOf(text: string): readonly string[] {
  return [
    text,
    encodeURIComponent(text.toWellFormed()),
    ...[0, 1, 2].flatMap((shift) => base64FormsOf(text, shift)),
  ];
}

/**
 * How the text looks inside longer Base64 (as in `Authorization: Basic`), where it begins at a byte that is `shift` more
 * than a multiple of three: only characters that the neighbours have no part in.
 */
function base64FormsOf(text: string, shift: number): readonly string[] {
  const bytes = new TextEncoder().encode(text);
  const base64 = btoa("\0".repeat(shift) + String.fromCharCode(...bytes));
  const standard = base64.slice(Math.ceil(shift * 8 / 6), Math.floor((shift + bytes.length) * 8 / 6));
  return [standard, standard.replaceAll("+", "-").replaceAll("/", "_")];
}
