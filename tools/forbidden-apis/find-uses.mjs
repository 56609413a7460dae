/**
 * Finds, in the syntax tree of one source file, every use that needs permission:
 *
 * - `guarded-method`: any mention of a guarded method of an object, called or not, so that taking
 *   the method first and calling it later counts as well;
 * - `module`: every name of a module, whether imported, re-exported, required or in an import type;
 * - `loader`: every way to reach a module that the import rules cannot follow;
 * - `clock-or-randomness`: the clocks, timers and random sources of the machine.
 *
 * Purely syntactic: an object of another kind with a method of a guarded name counts too, and then
 * needs its own line in allowed.json.
 */
import ts from "typescript";

/**
 * @typedef {"guarded-method" | "module" | "loader" | "clock-or-randomness"} UseKind
 * @typedef {{ kind: UseKind, name: string, line: number }} Use `line` counts from 1
 */

const GLOBAL_OBJECTS = new Set(["globalThis", "global", "self", "window"]);
const TIMERS = new Set(["setTimeout", "setInterval", "setImmediate"]);
const RANDOM_FUNCTIONS = new Set(["randomUUID", "randomBytes", "randomInt", "getRandomValues"]);
/** Members of globals, by the name of the object they are taken from. */
const CLOCK_MEMBERS = new Map([
  ["Date", new Set(["now"])],
  ["Math", new Set(["random"])],
  ["performance", new Set(["now", "timeOrigin"])],
  ["process", new Set(["hrtime"])],
]);
const LOADER_MEMBERS = new Set(["getBuiltinModule", "binding", "_linkedBinding", "dlopen"]);
const CLOCK_MODULES = /^(node:)?(timers(\/promises)?|perf_hooks)$/;
const LOADER_MODULES = /^(node:)?(module|vm)$/;

/**
 * @param {string} fileName
 * @param {string} text
 * @param {ReadonlySet<string>} guardedMethods
 * @returns {Use[]} in source order
 */
export function findUses(fileName, text, guardedMethods) {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.ES2022, true);
  /** @type {Use[]} */
  const uses = [];
  /** @param {UseKind} kind @param {string} name @param {ts.Node} node */
  const report = (kind, name, node) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    uses.push({ kind, name, line: line + 1 });
  };

  /** @param {ts.Node} node */
  const visit = (node) => {
    visitModuleName(node, report);
    visitMember(node, guardedMethods, report);
    visitGlobal(node, report);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return uses;
}

/** @typedef {(kind: UseKind, name: string, node: ts.Node) => void} Report */

/** @param {ts.Node} node @param {Report} report */
function visitModuleName(node, report) {
  const name = moduleNameOf(node);
  if (name === undefined) return;
  const text = literalText(name);
  if (text === undefined) {
    report("loader", "import() of a computed name", node);
  } else if (LOADER_MODULES.test(text)) {
    report("loader", text, node);
  } else if (CLOCK_MODULES.test(text)) {
    report("clock-or-randomness", text, node);
  } else {
    report("module", text, node);
  }
}

/** The expression that names a module, if `node` is any form of import. @param {ts.Node} node */
function moduleNameOf(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return node.argument;
  if (ts.isCallExpression(node)) {
    const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const isRequire = ts.isIdentifier(node.expression) && node.expression.text === "require";
    if (isImport || isRequire) return node.arguments[0];
  }
  return undefined;
}

/**
 * Mentions of `object.member`, `object["member"]` and `const { member } = object`.
 * @param {ts.Node} node @param {ReadonlySet<string>} guardedMethods @param {Report} report
 */
function visitMember(node, guardedMethods, report) {
  const member = memberOf(node);
  if (member === undefined) return;
  const { owner, name } = member;
  if (guardedMethods.has(name) && owner !== "Object") report("guarded-method", name, node);
  if (CLOCK_MEMBERS.get(owner)?.has(name)) report("clock-or-randomness", `${owner}.${name}`, node);
  if (RANDOM_FUNCTIONS.has(name)) report("clock-or-randomness", name, node);
  if (owner === "process" && LOADER_MEMBERS.has(name)) report("loader", `process.${name}`, node);
  if (name === "createRequire" || name === "mainModule") report("loader", name, node);
  if (GLOBAL_OBJECTS.has(owner) && TIMERS.has(name)) report("clock-or-randomness", name, node);
}

/**
 * `owner` is the last name of the object: `Date` for `Date` and for `globalThis.Date`; "" if it has none.
 * @param {ts.Node} node
 * @returns {{ owner: string, name: string } | undefined}
 */
function memberOf(node) {
  if (ts.isPropertyAccessExpression(node)) {
    return { owner: lastName(node.expression), name: node.name.text };
  }
  if (ts.isElementAccessExpression(node)) {
    const name = literalText(node.argumentExpression);
    return name === undefined ? undefined : { owner: lastName(node.expression), name };
  }
  if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
    const key = node.propertyName ?? node.name;
    const name = ts.isIdentifier(key) ? key.text : literalText(key);
    if (name === undefined) return undefined;
    const source = ts.isVariableDeclaration(node.parent.parent)
      ? node.parent.parent.initializer
      : undefined;
    return { owner: source === undefined ? "" : lastName(source), name };
  }
  return undefined;
}

/** Globals used by their bare name. @param {ts.Node} node @param {Report} report */
function visitGlobal(node, report) {
  if (ts.isNewExpression(node) && lastName(node.expression) === "Date") {
    if ((node.arguments?.length ?? 0) === 0) report("clock-or-randomness", "new Date", node);
  }
  if (ts.isCallExpression(node) && lastName(node.expression) === "Date") {
    report("clock-or-randomness", "Date()", node);
  }
  if (ts.isImportSpecifier(node)) {
    const name = (node.propertyName ?? node.name).text;
    if (RANDOM_FUNCTIONS.has(name)) report("clock-or-randomness", name, node);
    if (name === "createRequire") report("loader", name, node);
  }
  if (!ts.isIdentifier(node) || !isValueUse(node)) return;
  if (TIMERS.has(node.text)) report("clock-or-randomness", node.text, node);
  if (node.text === "require" || node.text === "createRequire") report("loader", node.text, node);
}

/**
 * Whether an identifier stands for a value, not for a member, a declared name or a type.
 * @param {ts.Identifier} node
 */
function isValueUse(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false;
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent)) return false;
  return ts.isShorthandPropertyAssignment(parent) || !("name" in parent && parent.name === node);
}

/** @param {ts.Node} node */
function lastName(node) {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node)) return literalText(node.argumentExpression) ?? "";
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node)) {
    return lastName(node.expression);
  }
  return "";
}

/** @param {ts.Node} node */
function literalText(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isLiteralTypeNode(node) && ts.isStringLiteralLike(node.literal)
    ? node.literal.text
    : undefined;
}
