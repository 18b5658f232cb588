import type { Construct, IConstruct } from 'constructs';
import { refuse, shown } from './values/diagnostic';

/** What a construct of the platform is. */
export type NounKind = 'platform' | 'repository' | 'environment' | 'service' | 'suite' | 'policy' | 'protection';

const NOUN = Symbol.for('stagegate.noun');
const ID = /^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$/;

/** Marks a construct as one of the nouns, so that it is recognised across several loaded copies of the package. */
export function markNoun(construct: IConstruct, kind: NounKind): void {
  Object.defineProperty(construct, NOUN, { value: kind });
}

/** Whether a value is a construct of this kind. */
export function isNoun(value: unknown, kind: NounKind): boolean {
  return typeof value === 'object' && value !== null && (value as { [NOUN]?: NounKind })[NOUN] === kind;
}

/**
 * The scope, if a noun may still be added to it under this id: evaluated in the call of `super`, so that wrong ids are refused in our words.
 *
 * @throws InvalidValueError SG001 for an id that is no name, SG006 for an id that is taken, SG008 when the tree was resolved already.
 */
export function openScope<S extends IConstruct>(scope: S, id: string): S {
  const path = [scope.node.path, String(id)].filter((part) => part !== '').join('/');
  if (typeof id !== 'string' || !ID.test(id)) {
    refuse({
      code: 'SG001',
      name: 'invalid-name',
      path,
      message: 'an id is no name',
      given: shown(id),
      expected: 'letters, digits, "-", "_" and ".", first and last a letter or digit',
      remedy: 'choose another id',
    });
  }
  assertUnlocked(scope, path);
  if (scope.node.tryFindChild(id) !== undefined) {
    refuse({
      code: 'SG006',
      name: 'duplicate-declaration',
      path,
      message: 'an id is taken',
      given: `a second ${shown(id)} in ${shown(scope.node.path)}`,
      expected: 'ids that differ within one scope',
      remedy: 'rename one of the two',
    });
  }
  return scope;
}

/** @throws InvalidValueError SG008 when the tree was resolved already. */
export function assertUnlocked(construct: IConstruct, path: string): void {
  if (!construct.node.locked) return;
  refuse({
    code: 'SG008',
    name: 'locked-tree',
    path,
    message: 'the platform has been resolved and cannot change any more',
    given: 'a declaration after resolve',
    expected: 'all declarations before the platform is checked, rendered or applied',
    remedy: 'move the declaration to where the platform is built',
  });
}

/** All constructs of a kind below a root, in order of path. */
export function nounsBelow<T extends Construct>(root: IConstruct, kind: NounKind): T[] {
  return root.node
    .findAll()
    .filter((construct): construct is T => isNoun(construct, kind))
    .sort((a, b) => (a.node.path < b.node.path ? -1 : 1));
}

/** @throws InvalidValueError SG009 when a value refers to a construct of another kind or another platform. */
export function assertReference(from: IConstruct, value: unknown, kind: NounKind, what: string): void {
  const other = value as IConstruct;
  if (isNoun(value, kind) && other.node.root === from.node.root) return;
  refuse({
    code: 'SG009',
    name: 'foreign-reference',
    path: from.node.path,
    message: `${what} is no ${kind} of this platform`,
    given: isNoun(value, kind) ? `${kind} ${other.node.path}` : typeof value === 'object' ? `an object that is no ${kind}` : shown(value),
    expected: `a ${kind} declared on the same platform`,
    remedy: `pass the ${kind} itself, declared with this platform as its scope`,
  });
}
