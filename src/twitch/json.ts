/** A JSON object as far as it could be read. */
export interface ReadObject {
  readonly members: Readonly<Record<string, unknown>>;
  /** False where the text broke off or is spoilt further on: only the members before that place are here. */
  readonly whole: boolean;
}

/**
 * Reads a JSON object, even one that broke off: a member counts once its value has ended (a number only at the comma
 * after it, for the rest of its digits may be missing). Undefined where the text is no object.
 */
export function readObject(text: string): ReadObject | undefined {
  const whole = parsed(text);
  if (whole === undefined) return text.trimStart().startsWith("{") ? wholeMembers(text) : undefined;
  if (typeof whole !== "object" || whole === null || Array.isArray(whole)) return undefined;
  return { members: whole as Record<string, unknown>, whole: true };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wholeMembers(text: string): ReadObject {
  const members = new Map<string, unknown>();
  for (const member of membersIn(text)) {
    const one = parsed(`{${member}}`);
    if (one === undefined) break;
    for (const [name, value] of Object.entries(one as Record<string, unknown>)) members.set(name, value);
  }
  return { members: Object.fromEntries(members), whole: false };
}

/** A string with its end, a quote that never ends, or a sign. */
const TOKENS = /"(?:[^"\\]|\\.)*"|["{}[\],:]/gs;

/** The texts `"name":value` of the outermost object, each as soon as its value has ended. */
function* membersIn(text: string): Generator<string> {
  let depth = 0;
  let start = 0;
  let inValue = false;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    const end = index + token.length;
    if (token === '"') return;
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
    if (depth > 1) continue;
    if (token === ":") inValue = true;
    else if (token === "," || depth === 0) {
      if (inValue) yield text.slice(start, index);
      inValue = false;
    } else if (inValue) {
      yield text.slice(start, end);
      inValue = false;
    }
    if (depth === 0) return;
    if (token === "," || token === "{") start = end;
  }
}
