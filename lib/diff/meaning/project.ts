import type { KubernetesObject } from '../../desired/desired-state';
import type { Json } from '../../model/platform-model';
import type { Meaning } from '../difference';
import { listAt, textAt, textsAt } from '../json';
import { destinationText } from './application';
import { type MeaningRule, note, risk } from './changed-object';

/** A list of what a project allows. */
interface Allowance {
  readonly field: string;
  text(item: Json): string;
  readonly verb: string;
  /** Whether more of it is more than a kind of object. */
  isWide(item: Json): boolean;
}

const kindText = (item: Json): string => {
  const [group, kind] = [textAt(item, 'group') ?? '', textAt(item, 'kind') ?? ''];
  return kind === '*' ? `every kind${group === '*' ? '' : ` of ${group}`}` : group === '' ? kind : `${kind}.${group}`;
};

const ALLOWED: readonly Allowance[] = [
  { field: 'sourceRepos', text: String, verb: 'be deployed from', isWide: () => true },
  { field: 'destinations', text: destinationText, verb: 'be deployed to', isWide: () => true },
  { field: 'sourceNamespaces', text: String, verb: 'have Applications in', isWide: () => true },
  { field: 'clusterResourceWhitelist', text: kindText, verb: 'hold, for the whole cluster,', isWide: () => true },
  { field: 'namespaceResourceWhitelist', text: kindText, verb: 'hold', isWide: (item) => textAt(item, 'kind') === '*' },
];

/** What the Applications of a project of Argo CD may do. */
export const project: MeaningRule = ({ change, before, after }) => {
  if (change.kind !== 'AppProject' || before === undefined || after === undefined) return [];
  const lists = ALLOWED.flatMap(({ field, text, verb, isWide }): Meaning[] => {
    const { gone, fresh } = compared(before, after, field, text);
    return [
      ...fresh.map((item) => (isWide(item) ? risk : note)(`the project may ${verb} ${text(item)}`)),
      ...gone.map((item) => note(`the project may no longer ${verb} ${text(item)}`)),
    ];
  });
  return [...lists, ...roleMeanings(before, after)];
};

function compared(before: KubernetesObject, after: KubernetesObject, field: string, text: (item: Json) => string) {
  const [was, is] = [listAt(before, 'spec', field), listAt(after, 'spec', field)];
  const [known, now] = [new Set(was.map(text)), new Set(is.map(text))];
  return { gone: was.filter((item) => !now.has(text(item))), fresh: is.filter((item) => !known.has(text(item))) };
}

function roleMeanings(before: KubernetesObject, after: KubernetesObject): Meaning[] {
  const grants = (object: KubernetesObject): ReadonlySet<string> =>
    new Set(
      listAt(object, 'spec', 'roles').flatMap((role) => {
        const groups = textsAt(role, 'groups').join(', ') || 'nobody';
        return textsAt(role, 'policies').map((policy) => `${groups} by ${policy}`);
      }),
    );
  const [was, is] = [grants(before), grants(after)];
  return [
    ...[...is].filter((grant) => !was.has(grant)).map((grant) => risk(`rights in Argo CD for ${grant}`)),
    ...[...was].filter((grant) => !is.has(grant)).map((grant) => note(`no more rights in Argo CD for ${grant}`)),
  ];
}
