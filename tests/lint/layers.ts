/**
 * The architecture as lint rules: who may import whom, who may name what of `Deno`, and how long things may grow.
 * Speaks of files in src alone. A name is judged by what the source says; no type is asked, so a value that is
 * carried about (`const d = Deno`) is an offence by itself.
 */
import { isMereName, literal, membersOf, scopeOfBinding, type Syntax, syntax } from "./identifier.ts";

/** What stands in src → what else in src it may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  twitch: ["core"],
  vault: ["core"],
  store: ["core"],
  http: ["core"],
  notice: ["core"],
  cli: ["core", "twitch", "vault", "store", "http", "notice"],
  "main.ts": ["core", "twitch", "vault", "store", "http", "notice", "cli"],
};
/** Layers that import nothing but themselves: no package, no `node:`, and no `Deno`. */
const PURE: readonly string[] = ["core"];
/** Layers that may import files beside src (deno.json), though never tests. */
const MAY_LEAVE_SRC: readonly string[] = ["cli", "main.ts"];
/** Members of `Deno` that have a home: a folder, or one file. */
const HOMES: Readonly<Record<string, string>> = {
  env: "src/cli/",
  serve: "src/cli/serve.ts",
  cron: "src/cli/serve.ts",
};
const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 60;

interface Place {
  /** Path from the root of the project, with slashes. */
  readonly path: string;
  /** The folder, or the file that stands in src itself. */
  readonly layer: string;
}

/** The path of a file from the root of the project; undefined for files elsewhere. */
function pathInProject(filename: string): string | undefined {
  const path = filename.replaceAll("\\", "/");
  if (!/^(\/|[A-Za-z]:\/)/.test(path)) return path.replace(/^\.\//, "");
  const root = decodeURIComponent(new URL("../../", import.meta.url).pathname).replace(
    /^\/(?=[A-Za-z]:)/,
    "",
  );
  return path.startsWith(root) ? path.slice(root.length) : undefined;
}

/** Where a path belongs in src; undefined outside it. */
function placeOf(path: string | undefined): Place | undefined {
  if (path === undefined || !path.startsWith("src/")) return undefined;
  return { path, layer: path.split("/")[1] ?? "" };
}

/** Why `from` may not import `specifier`; undefined when it may. */
function importOffence(from: Place, specifier: string): string | undefined {
  if (/^(\/|file:|data:|blob:|https?:)/.test(specifier)) {
    return `Cannot import "${specifier}": src imports its own files by relative path, and packages by their name`;
  }
  if (!/^\.\.?\//.test(specifier)) {
    if (!PURE.includes(from.layer)) return undefined;
    return `${from.layer} may not import "${specifier}": it imports nothing outside src/${from.layer}, so that it runs and is tested without the world`;
  }
  const path = new URL(specifier, `file:///${from.path}`).pathname.slice(1);
  const to = placeOf(path);
  if (to === undefined) {
    if (path.startsWith("tests/")) {
      return `src may not import "${specifier}": tests know the program, never the reverse`;
    }
    if (MAY_LEAVE_SRC.includes(from.layer)) return undefined;
    return `${from.layer} may not import "${specifier}": only ${
      MAY_LEAVE_SRC.join(" and ")
    } import files outside src`;
  }
  if (to.layer === from.layer || MAY_IMPORT[from.layer]?.includes(to.layer)) return undefined;
  const allowed = MAY_IMPORT[from.layer]?.join(", ") || "nothing but itself";
  return `${from.layer} may not import ${to.layer} ("${specifier}"): imports go core <- twitch, vault, store, http, notice <- cli <- main, and ${from.layer} may import ${allowed}`;
}

/** Why this member of `Deno` may not be named here; undefined when it may. */
function denoOffence(from: Place, member: string | undefined): string | undefined {
  if (PURE.includes(from.layer)) {
    return `${from.layer} may not name Deno: what it needs of the outside world comes through src/core/ports.ts`;
  }
  if (member === undefined) {
    return "Cannot see which member of Deno is meant: write Deno.<member> at the place of use";
  }
  const home = Object.hasOwn(HOMES, member) ? HOMES[member] : undefined;
  if (home === undefined || from.path === home || (home.endsWith("/") && from.path.startsWith(home))) {
    return undefined;
  }
  return `${from.path} may not name Deno.${member}: its only home is ${home}`;
}

function createImports(ctx: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const from = placeOf(pathInProject(ctx.filename));
  if (from === undefined) return {};
  const place = from;
  function judge(node: Deno.lint.Node, source: unknown): void {
    const specifier = literal(source);
    const message = specifier === undefined
      ? "Cannot see what is imported: the argument of import() is a string literal in src"
      : importOffence(place, specifier);
    if (message !== undefined) ctx.report({ node, message });
  }
  return {
    Program(node) {
      if (Object.hasOwn(MAY_IMPORT, place.layer)) return;
      const known = Object.keys(MAY_IMPORT).join(", ");
      ctx.report({ node, message: `${place.path} belongs to no layer: src holds ${known} and nothing else` });
    },
    ImportDeclaration: (node) => judge(node, node.source),
    ExportAllDeclaration: (node) => judge(node, node.source),
    ExportNamedDeclaration: (node) => node.source && judge(node, node.source),
    ImportExpression: (node) => judge(node, node.source),
    TSExternalModuleReference: (node) => judge(node, node.expression),
    TSImportType: (node) => judge(node, syntax(node.argument)["literal"]),
  };
}

function createDenoGlobal(ctx: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const from = placeOf(pathInProject(ctx.filename));
  if (from === undefined) return {};
  const place = from;
  const references = new Map<number, Syntax>();
  const hidden: { readonly name: string; readonly range: Deno.lint.Range }[] = [];
  return {
    Identifier(node) {
      if (!/^(Deno|globalThis|self)$/.test(node.name)) return;
      const identifier = syntax(node);
      const scope = scopeOfBinding(identifier);
      if (scope) hidden.push({ name: node.name, range: scope.range });
      else if (!isMereName(identifier)) references.set(identifier.range[0], identifier);
    },
    "Program:exit"() {
      for (const reference of references.values()) {
        const name = String(reference["name"]);
        const [start] = reference.range;
        if (hidden.some((one) => one.name === name && one.range[0] <= start && start < one.range[1])) {
          continue;
        }
        const messages = new Set(offencesOf(place, name, reference));
        for (const message of messages) ctx.report({ range: reference.range, message });
      }
    },
  };
}

function offencesOf(place: Place, name: string, reference: Syntax): readonly string[] {
  if (name === "Deno") return membersOf(reference).flatMap((member) => denoOffence(place, member) ?? []);
  // globalThis.Deno is the same thing by a longer way; the other globals there are nobody's business.
  if (!membersOf(reference).includes("Deno")) return [];
  return [`${place.path} may not reach Deno through ${name}: write Deno.<member>`];
}

function createSize(ctx: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  if (placeOf(pathInProject(ctx.filename)) === undefined) return {};
  const text = ctx.sourceCode.text;
  function judge(node: Deno.lint.Node): void {
    const lines = text.slice(...node.range).split("\n").length;
    if (lines <= MAX_FUNCTION_LINES) return;
    const message = `This function has ${lines} lines; ${MAX_FUNCTION_LINES} are the most`;
    ctx.report({ range: [node.range[0], node.range[0] + 1], message });
  }
  return {
    Program(node) {
      const lines = text.replace(/\n$/, "").split("\n").length;
      if (lines <= MAX_FILE_LINES) return;
      const message = `This file has ${lines} lines; ${MAX_FILE_LINES} are the most`;
      ctx.report({ range: [node.range[0], node.range[0] + 1], message });
    },
    FunctionDeclaration: judge,
    FunctionExpression: judge,
    ArrowFunctionExpression: judge,
  };
}

export default {
  name: "layers",
  rules: {
    imports: { create: createImports },
    "deno-global": { create: createDenoGlobal },
    size: { create: createSize },
  },
} satisfies Deno.lint.Plugin;
