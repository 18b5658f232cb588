import type { KubernetesObject } from '../../desired/desired-state';
import type { Json } from '../../model/platform-model';
import type { Meaning } from '../difference';
import { listAt, textAt, textsAt, valueAt } from '../json';
import { canonicalText } from '../list-shapes';
import { type MeaningRule, note, risk } from './changed-object';

const EVERYBODY = new Set(['system:authenticated', 'system:unauthenticated', 'system:serviceaccounts']);
/** Verbs with which somebody can give himself whatever he likes. */
const POWERFUL = ['bind', 'escalate', 'impersonate'];

/** What a role allows that it did not allow before, and the other way round. */
export const roleRules: MeaningRule = ({ change, before, after }) => {
  if (!/^(?:Cluster)?Role$/.test(change.kind) || after === undefined) return [];
  const [was, is] = [grants(before), grants(after)];
  const fresh = [...is].filter(([key]) => !was.has(key));
  const gone = [...was].filter(([key]) => !is.has(key));
  const wide = fresh.filter(([, { isWide }]) => isWide).map(([, { text }]) => risk(`may ${text}`));
  if (before === undefined) return wide;
  const narrow = fresh.filter(([, { isWide }]) => !isWide).map(([, { text }]) => note(`may ${text}`));
  return [...wide, ...narrow, ...gone.map(([, { text }]) => note(`may no longer ${text}`))];
};

interface Grant {
  readonly text: string;
  readonly isWide: boolean;
}

/** Each verb on each resource. */
function grants(role: KubernetesObject | undefined): ReadonlyMap<string, Grant> {
  const found = new Map<string, Grant>();
  for (const rule of listAt(role, 'rules')) {
    const names = textsAt(rule, 'resourceNames');
    const resources = textsAt(rule, 'resources').flatMap((resource) =>
      textsAt(rule, 'apiGroups').map((group) => (group === '' ? resource : `${resource}.${group}`)),
    );
    for (const resource of [...resources, ...textsAt(rule, 'nonResourceURLs')])
      for (const verb of textsAt(rule, 'verbs')) {
        const on = `${resource === '*.*' || resource === '*' ? 'everything' : resource}${names.length === 0 ? '' : ` ${names.join(', ')}`}`;
        const isSecrets = resource === 'secrets' && names.length === 0;
        const isWide = verb === '*' || resource.startsWith('*') || POWERFUL.includes(verb) || isSecrets;
        found.set(`${verb} ${on}`, { text: `${verb === '*' ? 'do everything with' : verb} ${on}`, isWide });
      }
  }
  return found;
}

/** Who has a role. */
export const roleSubjects: MeaningRule = ({ change, before, after }) => {
  if (!/^(?:Cluster)?RoleBinding$/.test(change.kind) || after === undefined) return [];
  const key = (subject: Json): string => canonicalText('RoleBinding.subjects[]', subject);
  const [was, is] = [listAt(before, 'subjects'), listAt(after, 'subjects')];
  const [known, now] = [new Set(was.map(key)), new Set(is.map(key))];
  const role = `${textAt(after, 'roleRef', 'kind') ?? 'role'} ${textAt(after, 'roleRef', 'name') ?? ''}`;
  const found: Meaning[] = [];
  for (const subject of is.filter((one) => !known.has(key(one)))) {
    const name = textAt(subject, 'name') ?? '';
    const text = `${String(valueAt(subject, 'kind') ?? '')} ${name} gets ${role}`;
    if (EVERYBODY.has(name) || /(?:^|-)admin$/.test(textAt(after, 'roleRef', 'name') ?? '')) found.push(risk(text));
    else if (before !== undefined) found.push(note(text));
  }
  for (const subject of was.filter((one) => !now.has(key(one))))
    found.push(note(`${String(valueAt(subject, 'kind') ?? '')} ${textAt(subject, 'name') ?? ''} no longer has ${role}`));
  return found;
};
