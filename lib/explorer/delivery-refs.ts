import type { DesiredRepository, DesiredState } from '../desired/desired-state';
import { syncOf, tryMistakable } from './argocd';
import { attackers, type Change, deliveryApp, type MergeMethod, mergeDemands, type Principal, pushRefusal } from './github';
import type { Intent } from './intent';
import { admits, holdsKeyOf } from './keys';
import { type Breach, passedElsewhere, runPullRequest } from './landing';
import { principalOf } from './pull-request';
import type { PullRequestEvent } from './trace';

/** A ref that carries deliveries, and what even the delivery app may not do to it. */
interface DeliveryRef {
  readonly ref: string;
  readonly environment?: string;
  /** Changes that only the delivery app may make. */
  readonly app: readonly Change[];
  /** Changes that nobody may make. */
  readonly nobody: readonly Change[];
}

const RELEASE = '0b5e55ed0b5e55ed';

/** The refs of the delivery contract, with a sample of each kind. */
function deliveryRefs(desired: DesiredState): readonly DeliveryRef[] {
  const { delivery } = desired;
  const folders = new Set(delivery.environments.map(({ branch }) => branch.slice(0, branch.lastIndexOf('/') + 1)));
  return [
    ...delivery.environments.flatMap(({ name, branch }): DeliveryRef[] => [
      { ref: `refs/heads/${branch}`, environment: name, app: [], nobody: ['update', 'force', 'delete'] },
      {
        ref: `refs/heads/${delivery.promotionBranchPrefix}${name}/${RELEASE}`,
        environment: name,
        app: ['create', 'update', 'force', 'delete'],
        nobody: [],
      },
    ]),
    ...[...folders].map((folder): DeliveryRef => ({ ref: `refs/heads/${folder}unborn`, app: ['create'], nobody: [] })),
    { ref: `refs/heads/${delivery.stateBranch}`, app: ['create', 'update', 'force', 'delete'], nobody: [] },
    { ref: `refs/tags/${delivery.releaseTagPrefix}${RELEASE}`, app: ['create'], nobody: ['update', 'force', 'delete'] },
  ];
}

/** What a push to a ref that carries deliveries goes against; undefined for the delivery app's own work and for other refs. */
export function unmetDelivery(
  desired: DesiredState,
  ref: string,
  how: Change,
  by: Principal,
): Pick<Breach, 'demand' | 'message' | 'environment'> | undefined {
  const found = deliveryRefs(desired).find((candidate) => candidate.ref === ref);
  return found && unmetOn(found, how, by, deliveryApp(desired));
}

function unmetOn(
  { ref, environment, app, nobody }: DeliveryRef,
  how: Change,
  by: Principal,
  deliverer: Principal,
): Pick<Breach, 'demand' | 'message' | 'environment'> | undefined {
  if (!nobody.includes(how) && (by.app === deliverer.app || !app.includes(how))) return undefined;
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  const words = {
    create: 'made',
    update: ref.startsWith('refs/tags/') ? 'moved' : 'pushed to without a gate',
    force: 'moved back',
    delete: 'deleted',
  }[how];
  return { demand: how, message: `${name} can be ${words} by ${by.name}`, ...(environment === undefined ? {} : { environment }) };
}

/** Everything that somebody can do to the refs of the delivery contract against it: history only grows, and only through the gates. */
export function exploreDeliveryRefs(desired: DesiredState, intent: Intent, repository: DesiredRepository): readonly Breach[] {
  const breaches: Breach[] = [];
  const deliverer = deliveryApp(desired);
  const everybody = [...attackers(desired, intent), deliverer];
  for (const found of deliveryRefs(desired)) {
    const { ref, app, nobody } = found;
    for (const how of [...app, ...nobody]) {
      for (const by of everybody) {
        const unmet = unmetOn(found, how, by, deliverer);
        if (!unmet || pushRefusal(repository, by, ref, how, passedElsewhere(repository, ref)) !== undefined) continue;
        breaches.push({
          kind: 'bypass',
          ...unmet,
          repository: repository.name,
          ref,
          events: [{ kind: 'push', by: by.name, repository: repository.name, ref, how }],
        });
        break;
      }
    }
  }
  breaches.push(...mistakableRevisions(desired, repository, everybody));
  for (const { name, branch } of desired.delivery.environments)
    breaches.push(...exploreMerges(desired, everybody, repository, name, branch));
  return breaches;
}

/** What making a ref goes against that Argo CD would take for the branch of an environment. */
export function unmetRevision(desired: DesiredState, ref: string): Pick<Breach, 'kind' | 'demand' | 'message' | 'environment'> | undefined {
  const environment = desired.delivery.environments.find(({ name }) => tryMistakable(syncOf(desired, name)) === ref)?.name;
  if (environment === undefined) return undefined;
  return {
    kind: 'sync',
    demand: 'revision',
    environment,
    message: `${environment} runs what lies on ${ref}, which Argo CD takes for its revision`,
  };
}

function mistakableRevisions(desired: DesiredState, repository: DesiredRepository, everybody: readonly Principal[]): Breach[] {
  const refs = desired.delivery.environments.flatMap(({ name }) => tryMistakable(syncOf(desired, name)) ?? []);
  return refs.flatMap((ref): Breach[] => {
    const unmet = unmetRevision(desired, ref);
    const by = everybody.find((principal) => pushRefusal(repository, principal, ref, 'create') === undefined);
    if (!unmet || !by) return [];
    return [
      {
        ...unmet,
        repository: repository.name,
        ref,
        events: [{ kind: 'push', by: by.name, repository: repository.name, ref, how: 'create' }],
      },
    ];
  });
}

/** Who says that the gates of a promotion hold. */
export type Reporter = 'delivery app' | 'nobody' | 'developer' | 'foreign app';
const REPORTERS: readonly Reporter[] = ['delivery app', 'nobody', 'developer', 'foreign app'];

/** Merges into an environment's branch that are not the delivery app's, do not leave one commit per release, or need no word of the app on the gates. */
function exploreMerges(
  desired: DesiredState,
  everybody: readonly Principal[],
  repository: DesiredRepository,
  environment: string,
  branch: string,
): Breach[] {
  const breaches = new Map<string, Breach>();
  for (const by of everybody) {
    for (const method of mergeDemands(repository, by, branch).methods) {
      for (const reporter of REPORTERS) {
        const unmet = unmetMerge(desired, by, method, reporter);
        if (!unmet || breaches.has(unmet.demand)) continue;
        const events = promotionEvents(desired, repository, environment, branch, by.name, method, reporter);
        if (runPullRequest(desired, events).kind !== 'merged') continue;
        const { kind, demand, message } = unmet;
        breaches.set(demand, {
          kind,
          demand,
          message: `${branch} ${message}`,
          environment,
          repository: repository.name,
          ref: `refs/heads/${branch}`,
          events,
        });
      }
    }
  }
  return [...breaches.values()];
}

/** What a merge into an environment's branch goes against; `reporter` is who said that the gates hold. */
export function unmetMerge(
  desired: DesiredState,
  by: Principal,
  method: MergeMethod,
  reporter: Reporter,
): Pick<Breach, 'kind' | 'demand' | 'message'> | undefined {
  if (by.app !== deliveryApp(desired).app) {
    return {
      kind: 'bypass',
      demand: 'merged by the delivery app',
      message: `can be merged into by ${by.name}, after the gates were evaluated and before they are again`,
    };
  }
  if (method !== 'squash') {
    return { kind: 'bypass', demand: `no ${method}`, message: `can grow by ${method}, so that its history is not one commit per release` };
  }
  if (reporter === 'delivery app') return undefined;
  const context = desired.delivery.gatesContext;
  return reporter === 'nobody'
    ? {
        kind: 'bypass',
        demand: `check ${context}`,
        message: `takes a release whose gates nobody has evaluated: ${context} is not required`,
      }
    : { kind: 'forged', demand: `check ${context}`, message: `takes a release of which ${reporter} says that its gates hold` };
}

/** A promotion whose gates the delivery app has found to hold, merged by somebody. */
function promotionEvents(
  desired: DesiredState,
  repository: DesiredRepository,
  environment: string,
  branch: string,
  by: string,
  method: MergeMethod,
  reporter: Reporter = 'delivery app',
): PullRequestEvent[] {
  const { gatesContext, promotionBranchPrefix } = desired.delivery;
  const approvals = mergeDemands(repository, principalOf(desired, by), branch).approvals;
  return [
    {
      kind: 'open',
      by: 'delivery app',
      repository: repository.name,
      base: branch,
      head: `${promotionBranchPrefix}${environment}/${RELEASE}`,
      files: [],
    },
    ...Array.from({ length: approvals }, (_, index): PullRequestEvent => ({ kind: 'review', by: `developer ${index + 2}` })),
    ...(reporter === 'nobody' ? [] : [{ kind: 'status', by: reporter, context: gatesContext } as const]),
    { kind: 'merge', by, method },
  ];
}

/** Why the delivery app cannot bring a release into an environment; undefined when it can. */
export function deliveryRefusal(
  desired: DesiredState,
  repository: DesiredRepository,
  environment: string,
  branch: string,
): string | undefined {
  const app = deliveryApp(desired);
  const { delivery } = desired;
  const program = `refs/heads/${delivery.programBranch}`;
  if (
    !repository.environments.some((candidate) => holdsKeyOf(candidate, delivery.apps.delivery.id) && admits(repository, candidate, program))
  ) {
    return `no GitHub environment of ${repository.name} lets a run on ${delivery.programBranch} be the delivery app`;
  }
  const stack = repository.environments.find(({ name }) => name === environment);
  if (stack && !admits(repository, stack, program))
    return `GitHub environment ${environment} does not admit ${delivery.programBranch}, so its stack is not applied`;
  const needs: readonly (readonly [string, Change])[] = [
    [`refs/tags/${delivery.releaseTagPrefix}${RELEASE}`, 'create'],
    [`refs/heads/${delivery.stateBranch}`, 'update'],
    [`refs/heads/${delivery.promotionBranchPrefix}${environment}/${RELEASE}`, 'create'],
    [`refs/heads/${delivery.promotionBranchPrefix}${environment}/${RELEASE}`, 'force'],
    [`refs/heads/${delivery.promotionBranchPrefix}${environment}/${RELEASE}`, 'delete'],
  ];
  for (const [ref, how] of needs) {
    const reason = pushRefusal(repository, app, ref, how);
    if (reason !== undefined) return `the delivery app cannot ${how} ${ref}: ${reason}`;
  }
  const step = runPullRequest(desired, promotionEvents(desired, repository, environment, branch, app.name, 'squash'));
  return step.kind === 'refused' ? `the delivery app cannot merge into ${branch}: ${step.reason}` : undefined;
}
