/**
 * The search for secrets where none may be: the texts that must not leak, in every form in which one could, looked for
 * in files and outputs. Each search first finds what it has planted itself.
 */
import assert from "node:assert/strict";

/** Shorter texts could stand anywhere by chance. */
const SHORTEST = 8;

/** What is looked through; `bytes` are its content. */
export interface Place {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A secret that was found. */
export interface Leak {
  readonly secret: string;
  readonly form: string;
  readonly place: string;
}

/** The ways in which a text could be written down, by name. */
export function formsOf(text: string): ReadonlyMap<string, string> {
  const bytes = new TextEncoder().encode(text);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const forms = new Map([
    ["raw", text],
    ["percent-encoded", encodeURIComponent(text)],
    ["percent-encoded to the last letter", hex.map((digits) => `%${digits}`).join("")],
    ["hex", hex.join("")],
    ["utf-16", Array.from(text).join("\0")],
  ]);
  for (const shift of [0, 1, 2]) {
    const base64 = base64At(bytes, shift);
    forms.set(`base64 at ${shift}`, base64);
    forms.set(`base64url at ${shift}`, base64.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}

/** Only the characters that the neighbours in a longer text have no part in. */
function base64At(bytes: Uint8Array, shift: number): string {
  const whole = btoa("\0".repeat(shift) + String.fromCharCode(...bytes));
  return whole.slice(Math.ceil(shift * 8 / 6), Math.floor((shift + bytes.length) * 8 / 6));
}

/** The occurrences of the secrets, in upper and lower case alike. */
export function leaksIn(places: readonly Place[], secrets: Iterable<string>): Leak[] {
  const needles = Array.from(secrets, (secret) => [secret, formsOf(secret)] as const);
  return places.flatMap(({ name, bytes }) => {
    const text = new TextDecoder("latin1").decode(bytes).toLowerCase();
    return needles.flatMap(([secret, forms]) =>
      Array.from(forms)
        .filter(([_, written]) => text.includes(written.toLowerCase()))
        .map(([form]) => ({ secret, form, place: name }))
    );
  });
}

/** Every file below a directory; one that goes away meanwhile is passed over. */
export function filesBelow(directory: string): Place[] {
  return Array.from(Deno.readDirSync(directory)).flatMap(({ name, isDirectory }): Place[] => {
    const path = `${directory}/${name}`;
    if (isDirectory) return filesBelow(path);
    try {
      return [{ name: path, bytes: Deno.readFileSync(path) }];
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  });
}

/** What a process has printed, as a place. */
export function printed(name: string, text: string): Place {
  return { name, bytes: new TextEncoder().encode(text) };
}

/** What is looked for, and where. */
export interface Search {
  readonly secrets: ReadonlySet<string>;
  /** All files below it. */
  readonly directory: string;
  readonly outputs: readonly Place[];
  /** What may stand where it was found. */
  allows(leak: Leak): boolean;
}

/**
 * Fails if a secret is in one of the outputs or in a file where it is not allowed, or if the search is blind: there are
 * no secrets, no outputs, or a secret that is planted in any of its forms, in a file or at the end of an output, is not
 * found.
 */
export function assertNoLeaks({ secrets, directory, outputs, allows }: Search): void {
  assert.ok(secrets.size > 0, "there are secrets to look for");
  for (const secret of secrets) {
    assert.ok(secret.length >= SHORTEST, "a secret is too short to be looked for");
  }
  const [output] = outputs;
  assert.ok(output !== undefined, "there are outputs to look through");

  const path = `${directory}/planted`;
  Deno.writeFileSync(path, everyFormOf(secrets));
  const planted = filesBelow(directory);
  Deno.removeSync(path);
  assertFindsAll(secrets, planted.filter(({ name }) => name === path));
  assertFindsAll(secrets, [{ ...output, bytes: joined(output.bytes, everyFormOf(secrets)) }]);

  const leaks = leaksIn([...filesBelow(directory), ...outputs], secrets);
  assert.deepEqual(leaks.filter((leak) => !allows(leak)), []);
}

function everyFormOf(secrets: Iterable<string>): Uint8Array {
  const forms = Array.from(secrets, (secret) => [...formsOf(secret).values()]).flat();
  return new TextEncoder().encode(forms.join("\0\xff\n"));
}

function assertFindsAll(secrets: Iterable<string>, places: readonly Place[]): void {
  const expected = Array.from(
    secrets,
    (secret) => Array.from(formsOf(secret).keys(), (form) => [secret, form]),
  );
  const found = leaksIn(places, secrets).map(({ secret, form }) => [secret, form]);
  assert.deepEqual(found, expected.flat(), "what is planted is found");
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(left.length + right.length);
  bytes.set(left);
  bytes.set(right, left.length);
  return bytes;
}
