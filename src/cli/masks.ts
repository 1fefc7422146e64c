/**
 * The second net under `Secret`: the texts of secrets that are alive, each with the forms in which it could reach a log
 * unseen. Whoever unseals or receives a secret adds it, and removes it when it is dead.
 */
import type { Secret } from "../core/secret.ts";

/** Shorter texts are left alone: masking them would hide half of every line. */
const SHORTEST = 8;
const MASK = "[secret]";

export class Masks {
  /** How often each text was added, and not yet removed. */
  readonly #owners = new Map<string, number>();
  /** Matches every form of every text; undefined after a change. */
  #pattern: RegExp | undefined;

  /** From now on the text is masked. Added twice, it must be removed twice. */
  add(secret: Secret): void {
    const text = secret.reveal();
    if (text.length < SHORTEST) return;
    this.#owners.set(text, (this.#owners.get(text) ?? 0) + 1);
    this.#pattern = undefined;
  }

  /** Takes back one `add`; nothing happens if there was none. */
  remove(secret: Secret): void {
    const text = secret.reveal();
    const owners = this.#owners.get(text);
    if (owners === undefined) return;
    if (owners > 1) this.#owners.set(text, owners - 1);
    else this.#owners.delete(text);
    this.#pattern = undefined;
  }

  /** The text with `[secret]` in the place of every living secret, in whatever case or encoding. */
  apply(text: string): string {
    if (this.#owners.size === 0) return text;
    this.#pattern ??= patternOf([...this.#owners.keys()]);
    return text.replace(this.#pattern, MASK);
  }
}

function patternOf(texts: readonly string[]): RegExp {
  const forms = new Set(texts.flatMap(formsOf));
  // Longest first, or a secret that begins like another would leave its tail behind.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return new RegExp(ordered.map((form) => RegExp.escape(form)).join("|"), "gi");
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
