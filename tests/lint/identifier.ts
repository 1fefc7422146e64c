/**
 * What an identifier stands for in a syntax tree: a mere name, a declaration, or a reference to something. As much of
 * scope analysis as the layer rules need; where it is in doubt it says "reference", so that nothing slips through.
 */

/** Children in which an identifier is a mere name, by the type of the parent. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  MemberExpression: ["property"],
  TSQualifiedName: ["right"],
  Property: ["key"],
  PropertyDefinition: ["key"],
  MethodDefinition: ["key"],
  TSPropertySignature: ["key"],
  TSMethodSignature: ["key"],
  TSEnumMember: ["id"],
  TSImportType: ["qualifier"],
  TSInterfaceDeclaration: ["id"],
  TSTypeAliasDeclaration: ["id"],
  TSModuleDeclaration: ["id"],
  ImportSpecifier: ["imported"],
  ImportAttribute: ["key"],
  ExportSpecifier: ["exported"],
  ExportAllDeclaration: ["exported"],
  LabeledStatement: ["label"],
  BreakStatement: ["label"],
  ContinueStatement: ["label"],
};
/** Children in which an identifier (or a pattern around it) declares a value, by the type of the parent. */
const BINDINGS: Readonly<Record<string, readonly string[]>> = {
  VariableDeclarator: ["id"],
  FunctionDeclaration: ["id", "params"],
  FunctionExpression: ["id", "params"],
  ArrowFunctionExpression: ["params"],
  TSFunctionType: ["params"],
  TSMethodSignature: ["params"],
  TSCallSignatureDeclaration: ["params"],
  ClassDeclaration: ["id"],
  ClassExpression: ["id"],
  CatchClause: ["param"],
  ImportSpecifier: ["local"],
  ImportDefaultSpecifier: ["local"],
  ImportNamespaceSpecifier: ["local"],
};
const PATTERNS = /^(ObjectPattern|ArrayPattern|RestElement|AssignmentPattern|Property)$/;
const CASTS = /^(TSAsExpression|TSNonNullExpression|TSSatisfiesExpression|TSTypeAssertion)$/;
const SCOPES =
  /^(Program|BlockStatement|For\w*Statement|StaticBlock|SwitchStatement|CatchClause|Class\w+|TS\w+|.*Function.*)$/;

/** A syntax node, seen without the types of each kind: the rules ask by child name. */
export interface Syntax {
  readonly type: string;
  readonly range: Deno.lint.Range;
  readonly parent?: Syntax;
  readonly [child: string]: unknown;
}

/** The same node, with children asked for by name. */
export function syntax(node: Deno.lint.Node): Syntax {
  return node as unknown as Syntax;
}

function same(child: unknown, node: Syntax): boolean {
  if (Array.isArray(child)) return child.some((one) => same(one, node));
  const other = child as Syntax | null | undefined;
  return !!other?.range && other.range[0] === node.range[0] && other.range[1] === node.range[1];
}

function stands(node: Syntax, table: Readonly<Record<string, readonly string[]>>): boolean {
  const parent = node.parent;
  if (parent === undefined || parent["computed"] === true || parent["shorthand"] === true) return false;
  return (table[parent.type] ?? []).some((child) => same(parent[child], node));
}

/** The node in which this identifier hides the global of its name; undefined if the identifier declares nothing. */
export function scopeOfBinding(identifier: Syntax): Syntax | undefined {
  let node = identifier;
  while (node.parent && PATTERNS.test(node.parent.type)) {
    const part = { Property: "value", AssignmentPattern: "left" }[node.parent.type];
    if (part !== undefined && !same(node.parent[part], node)) return undefined;
    node = node.parent;
  }
  if (!stands(node, BINDINGS)) return undefined;
  const declaration = node.parent?.parent;
  // `declare const Deno` declares a type: at run time the name is still the global's.
  if (declaration?.["declare"] === true || node.parent?.["declare"] === true) return undefined;
  const hoisted = declaration?.["kind"] === "var";
  // The name of a declared function or class belongs to the scope around it.
  const named = /^(Function|Class)Declaration$/.test(node.parent?.type ?? "") &&
    same(node.parent?.["id"], node);
  let scope = named ? node.parent?.parent : node.parent;
  while (scope?.parent && !(hoisted ? /^Program$|Function/ : SCOPES).test(scope.type)) scope = scope.parent;
  return scope;
}

/** The text of a string literal; undefined for every other node. */
export function literal(node: unknown): string | undefined {
  const value = (node as Syntax | null)?.["value"];
  return typeof value === "string" ? value : undefined;
}

/** The name of a key or property, if the source says it. */
function nameOf(holder: Syntax, child: string): string | undefined {
  const node = holder[child] as Syntax;
  return holder["computed"] === true ? literal(node) : node["name"] as string | undefined ?? literal(node);
}

/** What is taken out of the object that `reference` names; undefined stands for "cannot be seen". */
export function membersOf(reference: Syntax): readonly (string | undefined)[] {
  const parent = reference.parent;
  if (parent && CASTS.test(parent.type)) return membersOf(parent);
  if (parent?.type === "MemberExpression" && same(parent["object"], reference)) {
    return [nameOf(parent, "property")];
  }
  if (parent?.type === "TSQualifiedName") return [nameOf(parent, "right")];
  const pattern = parent?.type === "VariableDeclarator" ? parent["id"] as Syntax : undefined;
  if (pattern?.type !== "ObjectPattern") return [undefined];
  const properties = pattern["properties"] as readonly Syntax[];
  return properties.map((one) => one.type === "Property" ? nameOf(one, "key") : undefined);
}

/** Whether the identifier is only a name: a property, a key, a label. */
export function isMereName(identifier: Syntax): boolean {
  return stands(identifier, NAMES);
}
