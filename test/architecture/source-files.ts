import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** The repository's root folder. */
export const root = join(__dirname, '..', '..');

/** One TypeScript file of lib/, parsed. */
export interface SourceFile {
  /** Path from the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** Paths of all TypeScript files below a folder, from the repository's root, sorted. */
export function typeScriptFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/** Parses TypeScript text. */
export function parse(path: string, text: string): SourceFile {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) };
}

/** All TypeScript files of lib/. */
export function libFiles(): SourceFile[] {
  return typeScriptFiles('lib').map((path) => parse(path, readFileSync(join(root, path), 'utf8')));
}

const ambient = new Set([
  'process',
  'console',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'performance',
  'require',
  '__dirname',
  '__filename',
]);
const impureCalls = new Set(['Date.now', 'Math.random', 'crypto.randomUUID', 'crypto.getRandomValues', 'globalThis.process']);

/**
 * Uses of the world outside a program: the clock, chance, the environment, the terminal, timers, the network. Each as `line: what`.
 */
export function usesOfTheOutside(file: SourceFile): string[] {
  const found: string[] = [];
  const report = (node: ts.Node, what: string) =>
    found.push(`${file.path}:${file.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${what}`);
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0) report(node, 'new Date()');
    if (ts.isCallExpression(node) && node.expression.getText() === 'Date') report(node, 'Date()');
    if (ts.isPropertyAccessExpression(node) && impureCalls.has(node.getText())) report(node, node.getText());
    if (ts.isIdentifier(node) && ambient.has(node.text) && isReference(node))
      report(node, node.text === 'process' ? node.parent.getText() : node.text);
    ts.forEachChild(node, visit);
  };
  visit(file.tree);
  return found;
}

function isReference(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return parent.expression === node;
  return false;
}
