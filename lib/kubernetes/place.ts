import { Chart } from 'cdk8s';
import { Construct, Node } from 'constructs';
import { openScope } from '../noun';
import { refuse, shown } from '../values/diagnostic';

/** Where a construct of a chart stands. */
export interface Place {
  /** Path of the construct in its app. */
  readonly path: string;
  /** Namespace of its chart; undefined when whoever applies the chart chooses it. */
  readonly namespace: string | undefined;
  /** Root of its app. */
  readonly root: object;
}

/** What is read of an object of cdk8s-plus, of whichever version of Kubernetes: none of its classes is needed to use it. */
export interface ForeignObject {
  readonly kind: string;
  readonly name: string;
  readonly metadata: { readonly namespace?: string };
  readonly node: { readonly path: string; readonly root: object };
}

/** Whether a value has what cdk8s-plus says of an object of this kind. */
export function isForeignObject(value: unknown, kind: string): value is ForeignObject {
  if (typeof value !== 'object' || value === null) return false;
  const { kind: own, name, metadata, node } = value as Partial<ForeignObject>;
  return own === kind && typeof name === 'string' && typeof metadata === 'object' && typeof node?.path === 'string';
}

/** A value in the words of a message: a construct by its kind and path, never the content of an object. */
export function described(value: unknown): string {
  if (typeof value !== 'object' || value === null) return shown(value);
  const { kind, node } = value as Partial<ForeignObject>;
  return typeof node?.path === 'string' ? `${kind ?? 'the construct'} ${node.path}` : 'an object that is none';
}

/**
 * The scope, if a construct may stand there: evaluated in the call of `super`.
 *
 * @throws InvalidValueError SG001, SG006; SG009 outside of every chart; SG080 when the scope is of another version of constructs.
 */
export function chartScope(scope: Construct, id: string): Construct {
  treeScope(scope, id);
  if (scope.node.scopes.some((candidate) => Chart.isChart(candidate))) return scope;
  return refuse({
    code: 'SG009',
    name: 'foreign-reference',
    path: pathBelow(scope, id),
    message: 'the construct stands in no chart',
    given: scope.node.path === '' ? 'the app itself as its scope' : `${scope.node.path} as its scope`,
    expected: 'a Chart, or a construct within one',
    remedy: 'declare it in a chart: class Shop extends Chart { … }',
  });
}

/**
 * The scope, if a construct of this package can be added to its tree. Several copies of constructs can share a tree, several versions cannot
 * always: what one keeps in a node another does not find.
 *
 * @throws InvalidValueError SG001, SG006, SG080
 */
export function treeScope(scope: Construct, id: string): Construct {
  openScope(scope, id);
  const node: object = scope.node;
  if (node instanceof Node) return scope;
  const probe = `${id}-probe`;
  try {
    new Construct(scope, probe);
  } catch {
    refuse({
      code: 'SG080',
      name: 'several-versions',
      path: pathBelow(scope, id),
      message: 'the tree is of another version of constructs than the one that this package finds',
      given: 'two versions of constructs, each loaded from a folder of its own',
      expected: 'one version of constructs and of cdk8s for the whole app',
      remedy: 'see npm ls constructs cdk8s, and install one version: npm dedupe, or the same range everywhere',
    });
  }
  scope.node.tryRemoveChild(probe);
  return scope;
}

/** Path of a construct that is not there yet. */
export function pathBelow(scope: Construct, id: string): string {
  return [scope.node.path, id].filter((part) => part !== '').join('/');
}

export function placeOf(construct: Construct): Place {
  const { path, root } = construct.node;
  return { path, root, namespace: Chart.of(construct).namespace };
}

/**
 * Refuses what cannot be referred to from here: Kubernetes looks for a name in the same namespace, and only what is in one app is applied
 * together.
 *
 * @throws InvalidValueError SG009
 */
export function assertNeighbour(place: Place, other: Place, what: string): void {
  const wrong = (given: string, expected: string, remedy: string) =>
    refuse({ code: 'SG009', name: 'foreign-reference', path: place.path, message: `${what} is out of reach`, given, expected, remedy });
  if (other.root !== place.root) wrong(`${other.path} of another app`, 'an object of this app', 'declare it in this app');
  if (other.namespace === place.namespace) return;
  const named = ({ namespace }: Place) => (namespace === undefined ? 'no namespace' : `namespace ${namespace}`);
  wrong(`${other.path} in ${named(other)}`, `an object in ${named(place)}`, 'declare both in charts of one namespace');
}
