import type { DesiredBypassActor, DesiredDelivery } from '../../desired/desired-state';
import type { GateModel, SourceModel } from '../../model/platform-model';
import { durationText } from '../../values/duration';

/** What enforces that which no setting of a host does. */
export const DELIVERY = 'the delivery app';

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], last = 'and'): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
}

export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count === 0 ? 'no' : count} ${count === 1 || count === 0 ? one : several}`;
}

type ApprovalsGate = Extract<GateModel, { kind: 'approvals' }>;

/** `2 approvals including 1 of engineers`. */
export function approvalsText(total: number, including: ApprovalsGate['including'], distinct = true): string {
  const groups = including.map((group) => {
    const name = 'team' in group ? group.team : listed(group.people, 'or');
    return group.count === 1 && including.length === 1 ? name : `${group.count} of ${name}`;
  });
  const both = distinct || including.length < 2 ? '' : ', one person may stand for several';
  return `${counted(total, 'approval')}${groups.length === 0 ? '' : ` including ${listed(groups)}`}${both}`;
}

/** A gate of an edge that comes from an environment. */
export function gateText(gate: GateModel, from: string): string {
  switch (gate.kind) {
    case 'healthy':
      return `healthy in ${from}`;
    case 'soak':
      return `${durationText(gate.seconds)} of health in ${from}`;
    case 'verified':
      return `verified by ${gate.suite}`;
    case 'approvals':
      return approvalsText(gate.total, gate.including, gate.distinct);
    case 'manual':
      return gate.at === 'sync' ? 'a person syncs' : 'a person asks for it';
    case 'check':
      return `check ${gate.check}`;
  }
}

export function refText({ kind, pattern }: SourceModel): string {
  return kind === 'tags' ? `tags ${pattern}` : pattern;
}

export function onText(on: SourceModel): string {
  return on.kind === 'tags' ? `tagged ${on.pattern}` : `merged to ${on.pattern}`;
}

const ROLES: Readonly<Record<string, string>> = { 2: 'role maintain', 4: 'role write', 5: 'role admin' };

/** An actor under a name that is the same before and after, also when the ids of the platform's own apps change. */
export function actorName({ actor_type, actor_id, bypass_mode }: DesiredBypassActor, delivery: DesiredDelivery): string {
  const id = String(actor_id ?? '');
  const name = (): string => {
    switch (actor_type) {
      case 'OrganizationAdmin':
        return 'organisation administrators';
      case 'RepositoryRole':
        return ROLES[id] ?? `role ${id}`;
      case 'Team':
        return `team ${id.replace(/^\{\{slot:(?:team\/)?|\}\}$/g, '')}`;
      case 'Integration':
        return `app ${appName(id, delivery)}`;
    }
  };
  return bypass_mode === 'pull_request' ? `${name()} in pull requests` : name();
}

/** The slug of one of the platform's apps, else the id. */
export function appName(id: string, { apps }: DesiredDelivery): string {
  return Object.values(apps).find((app) => String(app.id) === id)?.slug ?? id.replace(/^\{\{slot:(?:app\/)?|\}\}$/g, '');
}

/** An actor's name for people. */
export function actorText(name: string): string {
  return name
    .replace(/^role admin/, 'administrators')
    .replace(/^role maintain/, 'maintainers')
    .replace(/^role write/, 'everybody who may write');
}
