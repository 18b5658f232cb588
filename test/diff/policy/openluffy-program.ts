import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import * as stagegate from 'stagegate';
import { compile, type DesiredState, type Platform, resolve } from 'stagegate';
import type { Intent } from '../../../lib/explorer/intent';
import type { PlatformModel } from '../../../lib/model/platform-model';
import { intentOf } from '../../../lib/rules/intent';

/** One replacement in the text of a program: what stands there, exactly once, and what stands there instead. */
export type Edit = readonly [before: string, after: string];

/** What a program compiles to, and the policies that it declares. */
export interface Declared {
  readonly desired: DesiredState;
  readonly intent: Intent;
}

const TEXT = readFileSync(join(__dirname, '..', '..', '..', 'examples', '01-openluffy', 'platform.ts'), 'utf8');
const IMPORT: Edit = ['import {\n  BranchProtection,', 'import {\n  BranchProtection,\n  Bypass,\n  Kind,\n  Rollback,'];
const known = new Map<string, Declared>();

/** Runs the program of OpenLuffy after edits of its text, one after the other. @throws Error for an edit that does not apply exactly once. */
export function openluffy(edits: readonly Edit[] = []): Declared {
  const text = textWith(edits);
  const found = known.get(text);
  if (found !== undefined) return found;
  const model = modelOf(text);
  const declared = { desired: compile(model), intent: intentOf(model) };
  known.set(text, declared);
  return declared;
}

/** The model of OpenLuffy after the same edits. */
export function openluffyModel(edits: readonly Edit[] = []): PlatformModel {
  return modelOf(textWith(edits));
}

function textWith(edits: readonly Edit[]): string {
  return [IMPORT, ...edits].reduce((before, [from, to]) => {
    if (before.split(from).length !== 2) throw new Error(`the edit does not apply exactly once: ${from}`);
    return before.replace(from, () => to);
  }, TEXT);
}

function modelOf(text: string): PlatformModel {
  const { code } = transformSync(text, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } });
  const exports: { platform?: Platform } = {};
  new Function('require', 'exports', code)(() => stagegate, exports);
  if (exports.platform === undefined) throw new Error('the program exports no platform');
  return resolve(exports.platform);
}

/** The end of the program, to declare more behind it. */
const END = "new BranchProtection(repository, 'develop', { ref: repository.branch('develop'), checks: [validate] });";

/** Declares something more. */
export const also = (text: string): Edit => [END, `${END}\n${text}`];

/** OpenLuffy with more demands than it has, so that each of them can be taken away: what the program says, and what it demands instead. */
export const STRICT: readonly Edit[] = [
  ["delivery: true, plan: 'team'", "delivery: true, plan: 'enterprise'"],
  ["source: repository.branch('develop'),", "source: repository.branch('develop'),\n  admit: 'after-soak',\n  health: { timeout: '5m' },"],
  ['sync: Sync.manual(),', "sync: Sync.manual({ group: 'operators' }),"],
  [
    "Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })]",
    "Gate.approvals({ total: 3, including: [{ team: 'engineers' }, { people: ['mia', 'noor'] }] }), Gate.manual(), Gate.check(validate)],\n  rollback: Rollback.manual({ approvals: 2 })",
  ],
  [
    "{ ref: repository.branch('develop'), checks: [validate] }",
    "{ ref: repository.branch('develop'), checks: [validate], approvals: 2, codeOwners: true, linearHistory: true, mergeMethods: ['squash'], onlyFrom: ['feature'] }",
  ],
  [
    "{ ref: repository.branch('main'), checks: [validate], approvals: 1,",
    "{ ref: repository.branch('main'), checks: [validate], approvals: 4,",
  ],
];
