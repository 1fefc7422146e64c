/**
 * Finds the sentences that the program can say in its sources: the texts of `new AppError(…)` and of the like, with a
 * hole for whatever is put in. It reads TypeScript only as far as that takes: strings, templates, `+` and `? :`.
 */

/** A sentence, with `{}` for each hole. */
export interface Found {
  readonly text: string;
  /** Where it stands: `core/paste.ts`. */
  readonly file: string;
}

/** One call. */
export interface Call {
  /** The arguments as they stand there. */
  readonly args: readonly string[];
  /** What a name stands for at that place: the last constant of that name before it. */
  readonly known: Known;
}

/** The expression that a name stands for; undefined if it is none that stands in the source. */
export type Known = (name: string) => string | undefined;

/** Each call of `callee` in this source. */
export function callsOf(callee: string, source: string): readonly Call[] {
  const calls: Call[] = [];
  for (let at = source.indexOf(callee); at >= 0; at = source.indexOf(callee, at + 1)) {
    if (/\w/.test(source[at - 1] ?? "") || /function $/.test(source.slice(0, at))) continue;
    const open = at + callee.length;
    if (source[open] !== "(") continue;
    const args = split(source.slice(open + 1, endOf(source, open)), ",");
    calls.push({ args, known: (name) => constantBefore(source, name, at) });
  }
  return calls;
}

function constantBefore(source: string, name: string, at: number): string | undefined {
  const head = `const ${name} = `;
  const begin = source.lastIndexOf(head, at);
  if (begin < 0) return undefined;
  const rest = source.slice(begin + head.length);
  return rest.slice(0, endBefore(rest, ";"));
}

/** The value of a member of an object literal; undefined if it has none of that name. */
export function memberOf(object: string | undefined, name: string): string | undefined {
  const inside = object?.trim().match(/^\{([\s\S]*)\}$/)?.[1];
  if (inside === undefined) return undefined;
  const member = split(inside, ",").map((one) => one.trim()).find((one) => one.startsWith(`${name}:`));
  return member?.slice(name.length + 1).trim();
}

/** The texts that an expression can be, with `{}` for each hole; none if it is no text that stands there. */
export function textsOf(expression: string, known: Known = () => undefined): readonly string[] {
  const code = unwrapped(expression.trim());
  const choice = split(code, "?");
  if (choice.length === 2 && !choice[1]?.startsWith("?")) {
    return split(choice[1] ?? "", ":").flatMap((one) => textsOf(one, known));
  }
  const parts = split(code, "+");
  if (parts.length === 1) return oneText(code, known);
  const all = parts.map((part) => textsOf(part, known));
  return joined(all).filter((text) => /[a-z]/i.test(text.replaceAll("{}", "")));
}

/** Every text that comes of one of each part; a part that is no text is a hole. */
function joined(parts: readonly (readonly string[])[]): readonly string[] {
  return parts.reduce<readonly string[]>(
    (texts, part) => texts.flatMap((text) => (part.length === 0 ? ["{}"] : part).map((one) => text + one)),
    [""],
  );
}

function oneText(code: string, known: Known): readonly string[] {
  const quote = code[0];
  if (quote === '"' || quote === "'") return [code.slice(1, -1).replace(/\\(.)/g, "$1")];
  if (quote === "`") return joined(templateParts(code, known));
  const constant = /^\w+$/.test(code) ? known(code) : undefined;
  return constant === undefined ? [] : textsOf(constant, known);
}

function templateParts(code: string, known: Known): readonly (readonly string[])[] {
  const parts: (readonly string[])[] = [];
  for (let at = 1; at < code.length - 1; at++) {
    if (code.startsWith("${", at)) {
      const end = endOf(code, at + 1);
      parts.push(textsOf(code.slice(at + 2, end), known));
      at = end;
    } else parts.push([code[at] === "\\" ? code[++at] ?? "" : code[at] ?? ""]);
  }
  return parts;
}

function unwrapped(code: string): string {
  return code.startsWith("(") && endOf(code, 0) === code.length - 1
    ? unwrapped(code.slice(1, -1).trim())
    : code;
}

const CLOSE: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Where the bracket that opens at `open` is closed. */
function endOf(code: string, open: number): number {
  const close = CLOSE[code[open] ?? ""];
  for (let at = open + 1; at < code.length; at++) {
    if (code[at] === close) return at;
    at = skip(code, at);
  }
  return code.length;
}

/** Where the mark stands that is in no bracket and no string. */
function endBefore(code: string, mark: string): number {
  for (let at = 0; at < code.length; at++) {
    if (code[at] === mark) return at;
    at = skip(code, at);
  }
  return code.length;
}

/** The last place of the string, comment or bracket that begins here; else here. */
function skip(code: string, at: number): number {
  const letter = code[at] ?? "";
  if (letter === '"' || letter === "'") return endOfString(code, at, letter);
  if (letter === "`") return endOfTemplate(code, at);
  if (code.startsWith("//", at)) {
    const end = code.indexOf("\n", at);
    return end < 0 ? code.length : end;
  }
  return letter in CLOSE ? endOf(code, at) : at;
}

function endOfString(code: string, from: number, quote: string): number {
  for (let at = from + 1; at < code.length; at++) {
    if (code[at] === "\\") at++;
    else if (code[at] === quote) return at;
  }
  return code.length;
}

function endOfTemplate(code: string, from: number): number {
  for (let at = from + 1; at < code.length; at++) {
    if (code[at] === "\\") at++;
    else if (code.startsWith("${", at)) at = endOf(code, at + 1);
    else if (code[at] === "`") return at;
  }
  return code.length;
}

/** The parts between the marks that stand in no bracket and no string. */
function split(code: string, mark: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < code.length; at++) {
    if (code[at] === mark && code[at + 1] !== "." && code[at + 1] !== "?" && code[at - 1] !== "?") {
      parts.push(code.slice(from, at));
      from = at + 1;
    } else at = skip(code, at);
  }
  return [...parts, code.slice(from)].map((part) => part.trim()).filter((part) => part !== "");
}
