import type { DesiredRepository, DesiredState } from '../desired/desired-state';
import { ownersOf } from './codeowners';
import { attackers, groupName, mergeDemands } from './github';
import type { Intent, IntentProtection } from './intent';
import { principalOf, reportedByWorkflow } from './pull-request';
import type { PullRequestEvent } from './trace';

/** A branch that commits get onto, with what is declared for it. */
export interface Branch {
  readonly desired: DesiredState;
  readonly intent: Intent;
  readonly repository: DesiredRepository;
  readonly name: string;
  readonly protection: IntentProtection | undefined;
  /** Whether a change there is a change of the program. */
  readonly program: boolean;
}

/** One file of each set of owners: GitHub treats files with the same owners alike. */
export function filesByOwners(repository: DesiredRepository, files: readonly string[]): string[][] {
  const found = new Map<string, string>();
  for (const file of files) {
    const owners = [...ownersOf(repository, file)].sort().join();
    if (!found.has(owners)) found.set(owners, file);
  }
  return [...found.values()].map((file) => [file]);
}

interface Way {
  readonly files: readonly string[];
  readonly head: string;
  readonly approvers: readonly string[];
  /** Who approved before the head was amended. */
  readonly early: readonly string[];
  readonly amendedBy?: string;
  readonly outdated?: boolean;
  readonly reports: readonly { readonly by: string; readonly context: string }[];
  readonly mergedBy: string;
  readonly method: 'merge' | 'squash' | 'rebase';
}

export function eventsOf(branch: Branch, way: Way): PullRequestEvent[] {
  const review = (by: string): PullRequestEvent => ({ kind: 'review', by });
  return [
    { kind: 'open', by: 'developer', repository: branch.repository.name, base: branch.name, head: way.head, files: way.files },
    ...way.early.map(review),
    ...(way.amendedBy === undefined ? [] : [{ kind: 'amend', by: way.amendedBy } as const]),
    ...way.approvers.map(review),
    ...way.reports.map(({ by, context }): PullRequestEvent => ({ kind: 'status', by, context })),
    ...(way.outdated ? [{ kind: 'outdate', by: 'developer 2' } as const] : []),
    { kind: 'merge', by: way.mergedBy, method: way.method },
  ];
}

/** The pull request that has everything that the intent and GitHub ask for. */
export function perfectWay(branch: Branch, files: readonly string[]): Way {
  const { desired, intent, repository, protection } = branch;
  const demands = mergeDemands(repository, principalOf(desired, 'developer'), branch.name);
  const ofProgram = branch.program && files.some((file) => intent.program.files.includes(file));
  // The check of the policy asks for every group, whatever was changed.
  const approvers = branch.program ? intent.program.including.flatMap((group) => people(group.count, groupName(group))) : [];
  for (const file of files) {
    const owners = ownersOf(repository, file);
    const [owner] = owners;
    const owned = approvers.some((approver) => principalOf(desired, approver).teams.some((team) => owners.includes(team)));
    if (owner !== undefined && !owned) approvers.push(`member of ${owner}`);
  }
  const wanted = Math.max(protection?.approvals ?? 0, branch.program ? intent.program.approvals : 0, demands.approvals);
  approvers.push(...people(Math.max(0, wanted - approvers.length)));
  const heads = protection?.onlyFrom ?? [];
  const method = demands.methods.find((candidate) => protection?.mergeMethods.includes(candidate) ?? true) ?? demands.methods[0] ?? 'merge';
  const checks = new Map<string, string>();
  for (const { context, integration_id } of demands.checks) checks.set(context, reporter(branch, context, integration_id));
  for (const { context, app } of [...(protection?.checks ?? []), ...(ofProgram ? intent.program.checks : [])])
    checks.set(context, reporter(branch, context, app));
  return {
    files,
    head: heads[0]?.replace(/\*+/g, 'change') ?? 'feature',
    approvers,
    early: [],
    reports: [...checks].map(([context, by]) => ({ by, context })),
    mergedBy: 'developer',
    method,
  };
}

/** People with equal rights: developers other than the author, or members of a team. */
export function people(count: number, team?: string): string[] {
  return Array.from({ length: count }, (_, index) =>
    team === undefined ? `developer ${index + 2}` : `member${index === 0 ? '' : ` ${index + 1}`} of ${team}`,
  );
}

function reporter({ desired, repository, name }: Branch, context: string, app: number | string | undefined): string {
  const { apps } = desired.delivery;
  if (reportedByWorkflow(repository, context, name)) return 'workflow token';
  if (app === undefined) return 'developer';
  if (String(app) === String(apps.delivery.id)) return 'delivery app';
  return String(app) === String(apps.actions.id) ? 'workflow token' : `app ${app}`;
}

/** Pull requests that miss one demand each. */
export function attempts(branch: Branch, files: readonly string[]): PullRequestEvent[][] {
  const { desired, intent, protection } = branch;
  const perfect = perfectWay(branch, files);
  const ways: Way[] = [];
  const outsiders = people(perfect.approvers.length);
  perfect.approvers.forEach((_, index) => {
    ways.push({ ...perfect, approvers: perfect.approvers.filter((_person, other) => other !== index) });
  });
  if (perfect.approvers.length > 0) {
    ways.push({ ...perfect, approvers: outsiders });
    ways.push({ ...perfect, approvers: [], early: perfect.approvers, amendedBy: 'developer' });
    ways.push({ ...perfect, approvers: outsiders, early: perfect.approvers, amendedBy: 'developer' });
    for (const approver of new Set([...perfect.approvers, 'developer 2'])) ways.push({ ...perfect, amendedBy: approver });
  }
  for (const group of intent.program.including) {
    const others = perfect.approvers.filter((name) => !name.endsWith(` of ${groupName(group)}`));
    ways.push({ ...perfect, approvers: [...others, ...people(perfect.approvers.length - others.length)] });
  }
  perfect.reports.forEach((report, index) => {
    const others = perfect.reports.filter((_report, other) => other !== index);
    ways.push({ ...perfect, reports: others });
    for (const by of ['developer', 'foreign app', 'workflow token']) {
      if (by !== report.by) ways.push({ ...perfect, reports: [...others, { by, context: report.context }] });
    }
  });
  if ((protection?.onlyFrom.length ?? 0) > 0)
    ways.push({ ...perfect, head: 'feature' }, { ...perfect, head: 'feature', reports: withoutHead(branch, perfect) });
  ways.push({ ...perfect, outdated: true });
  for (const method of ['merge', 'squash', 'rebase'] as const) ways.push({ ...perfect, method });
  for (const by of attackers(desired, intent)) ways.push({ ...perfect, approvers: [], reports: [], mergedBy: by.name });
  return ways.map((way) => eventsOf(branch, way));
}

function withoutHead({ desired }: Branch, way: Way): Way['reports'] {
  return way.reports.filter(({ context }) => context !== desired.delivery.headContext);
}
