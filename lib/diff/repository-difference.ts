import type { DesiredRepository } from '../desired/desired-state';
import type { Json } from '../model/platform-model';
import { withoutSecrets } from './concealment';
import type { FieldChange, RepositoryDifference, SettingChange } from './difference';
import { fieldChanges } from './field-changes';
import { keyPath } from './field-paths';
import { byText, isRecord } from './json';
import { onlyMatches, type Statements, similarity, statementsOfValue } from './matching/similarity';
import { placeOf } from './places';

type Kind = SettingChange['kind'];

/** A setting or a file of a repository, as data. */
interface Setting {
  readonly name: string;
  /** Without what it is called. */
  readonly content: Json;
}

/** Settings of which only the likeness tells that they are the same under another name say nearly everything alike. */
const LEAST_ALIKE = 0.9;
const KINDS: readonly Kind[] = ['ruleset', 'environment', 'actions permissions', 'workflow', 'file'];

/** What changes in a repository; undefined when nothing does. One of both sides has to be there. */
export function repositoryDifference(
  base: DesiredRepository | undefined,
  head: DesiredRepository | undefined,
): RepositoryDifference | undefined {
  const name = head?.name ?? base?.name;
  if (name === undefined) return undefined;
  const changes = KINDS.flatMap((kind) => settingChanges(kind, settingsOf(kind, base), settingsOf(kind, head)));
  const previous = base !== undefined && base.name !== name ? base.name : undefined;
  if (changes.length === 0 && previous === undefined) return undefined;
  return { name, ...(previous === undefined ? {} : { previous }), changes };
}

function settingsOf(kind: Kind, repository: DesiredRepository | undefined): readonly Setting[] {
  if (repository === undefined) return [];
  const { rulesets, environments, actions, workflows, files } = repository;
  switch (kind) {
    case 'ruleset':
      return rulesets.map(({ name, ...content }) => ({ name, content: content as unknown as Json }));
    case 'environment':
      return environments.map(({ name, ...content }) => ({ name, content: content as unknown as Json }));
    case 'actions permissions':
      return [{ name: repository.name, content: actions as unknown as Json }];
    case 'workflow':
      return workflows.map(({ path, ...content }) => ({ name: path, content: content as unknown as Json }));
    case 'file':
      return files.map(({ path, content }) => ({ name: path, content: { content } }));
  }
}

function settingChanges(kind: Kind, base: readonly Setting[], head: readonly Setting[]): SettingChange[] {
  const isOne = kind === 'actions permissions';
  const partner = ({ name }: Setting, others: readonly Setting[]): Setting | undefined =>
    isOne ? others[0] : others.find((other) => other.name === name);
  const gone = base.filter((setting) => partner(setting, head) === undefined);
  const fresh = head.filter((setting) => partner(setting, base) === undefined);
  const renamed = new Map(renamedSettings(gone, fresh).map(([before, after]) => [after, before]));
  const kept = new Set(renamed.values());
  const found = [
    ...head.flatMap((after): SettingChange[] => {
      const before = partner(after, base) ?? renamed.get(after);
      if (before === undefined) return [{ action: 'create', kind, name: after.name, fields: wholeOf(kind, after, 'after') }];
      const fields = fieldChanges(before.content, after.content, { place: kind });
      const isRenamed = !isOne && before.name !== after.name;
      if (fields.length === 0 && !isRenamed) return [];
      return [{ action: isRenamed ? 'rename' : 'update', kind, name: after.name, ...(isRenamed ? { previous: before.name } : {}), fields }];
    }),
    ...gone
      .filter((setting) => !kept.has(setting))
      .map((before): SettingChange => ({ action: 'delete', kind, name: before.name, fields: wholeOf(kind, before, 'before') })),
  ];
  return found.sort((a, b) => byText(a.name, b.name));
}

/** Those that are equal, or nearly, under another name; where two are equally so, nothing is guessed. */
function renamedSettings(gone: readonly Setting[], fresh: readonly Setting[]): readonly (readonly [before: Setting, after: Setting])[] {
  const known = new Map<Setting, Statements>();
  const statements = (setting: Setting): Statements => {
    const found = known.get(setting) ?? statementsOfValue(setting.content);
    known.set(setting, found);
    return found;
  };
  return onlyMatches(gone, fresh, (before, after) => similarity(statements(before), statements(after)), LEAST_ALIKE);
}

/** Every key of a setting that comes or goes. */
function wholeOf(kind: Kind, { content }: Setting, side: 'before' | 'after'): FieldChange[] {
  if (!isRecord(content)) return [];
  return Object.entries(content)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ path: keyPath('', key), [side]: withoutSecrets(kind, placeOf(kind, key), key, value) }));
}
