import type { DesiredActionsPermissions, DesiredGitHubEnvironment, DesiredRepository, DesiredState } from '../../desired/desired-state';
import { patternMatches } from '../../desired/ref-pattern';
import type { SourceModel } from '../../model/platform-model';
import { atLeast, only } from './claim';
import type { Correspondence, Side } from './correspondence';
import type { Demand, Ground } from './demand';
import { listed } from './words';

/** Who gets at credentials: GitHub environments and their secrets, what Actions may run, what tokens of workflows may do, the platform's apps. */
export function accessGrounds(sides: Correspondence, which: 'base' | 'head'): readonly Ground[] {
  const side = sides[which];
  return [
    ...sides.repositories.flatMap((pair) => {
      const repository = pair[which];
      const after = ` of ${repository.name}`;
      const key = (name: string): string => (pair.head.name === sides.head.desired.delivery.repository ? side.environmentKey(name) : name);
      const place = { kind: 'key', repository: pair.head.name } as const;
      return [
        ...[...repository.environments, ...undeclaredEnvironments(repository)].map(
          (environment): Ground => ({
            key: `github environment ${pair.head.name} ${key(environment.name)}`,
            name: environment.name,
            around: ['GitHub environment ', after, 'GitHub environments '],
            place: { ...place, environments: [key(environment.name)] },
            demands: environmentDemands(side, repository, environment),
          }),
        ),
        ...secretGrounds(repository).map(
          ({ name, holders }): Ground => ({
            key: `secret ${pair.head.name} ${name}`,
            name,
            around: ['secret ', after],
            place: { ...place, environments: holders.map((holder) => key(holder.name)) },
            demands: [readersDemand(holders)],
          }),
        ),
        {
          key: `actions ${pair.head.name}`,
          name: 'Actions',
          around: ['', after],
          place: { kind: 'settings', repository: pair.head.name },
          demands: [...actionsDemands(repository.actions), tokensDemand(repository)],
        } satisfies Ground,
      ];
    }),
    {
      key: 'apps',
      name: 'the apps of the platform',
      around: ['', ''],
      place: { kind: 'settings', repository: side.desired.delivery.repository },
      demands: appDemands(side.desired),
    },
  ];
}

/** GitHub environments that jobs name and nothing declares: GitHub makes them at the first use, open to every ref. */
function undeclaredEnvironments(repository: DesiredRepository): readonly DesiredGitHubEnvironment[] {
  const named = new Set(jobsIn(repository).flatMap(({ job }) => job.environment?.name ?? []));
  for (const { name } of repository.environments) named.delete(name);
  return [...named].sort().map((name) => ({ name, admits: EVERY_REF, variables: {}, secrets: [] }));
}

const EVERY_REF = [
  { type: 'branch', name: '**/*' },
  { type: 'tag', name: '**/*' },
] as const;

function environmentDemands(side: Side, repository: DesiredRepository, environment: DesiredGitHubEnvironment): Demand[] {
  const by = 'its setting for administrators';
  const starters = [
    ...new Set(
      jobsIn(repository)
        .filter(({ job }) => job.environment?.name === environment.name)
        .flatMap(({ events }) => events),
    ),
  ].sort();
  const bypass = environment.can_admins_bypass;
  return [
    admissionDemand(side, repository, environment),
    bypass === false
      ? { topic: 'administrators', text: 'administrators do not pass', none: '', by, claims: [atLeast('no bypass')] }
      : {
          topic: 'administrators',
          text: bypass === true ? 'administrators pass' : 'administrators pass (the plan has no other)',
          none: '',
          claims: [],
        },
    {
      topic: 'starters',
      text: starters.length === 0 ? 'no workflow runs in it' : 'workflows run in it on',
      none: '',
      ...(starters.length === 0 ? {} : { list: starters }),
      by: 'workflows',
      claims: [only('starters', starters)],
    },
  ];
}

/**
 * Refs whose runs have what it holds. An environment with the intake app's key alone is meant for the refs that releases are made from or wanted
 * by: one of them more or less is a change of those, and counted there.
 */
function admissionDemand(
  { desired }: Side,
  repository: DesiredRepository,
  { admits, variables, secrets }: DesiredGitHubEnvironment,
): Demand {
  const { delivery } = desired;
  const values = Object.values(variables);
  const intake =
    secrets.length > 0 && values.includes(String(delivery.apps.intake.id)) && !values.includes(String(delivery.apps.delivery.id));
  const sources = intake ? declaredRefs(desired, repository.name) : [];
  const admitted = admits.map(({ type, name: pattern }) => `refs/${type === 'branch' ? 'heads' : 'tags'}/${pattern}`);
  const others = admitted.filter((ref) => !sources.includes(ref));
  const shut = sources.filter((ref) => !admitted.some((pattern) => pattern === ref || patternMatches(pattern, ref)));
  return {
    topic: 'admits',
    text: admits.length === 0 ? 'no runs' : 'runs on',
    none: '',
    ...(admits.length === 0 ? {} : { list: admitted.map(shortRef) }),
    detail: others.length === 0 ? 'its sources alone' : `${listed(others.map(shortRef))} as no source`,
    by: 'its deployment branch policy',
    claims: [only('runs', others, 'refs'), ...shut.map((ref) => atLeast(`no run on ${ref}`))],
  };
}

function declaredRefs({ delivery }: DesiredState, repository: string): readonly string[] {
  const refs: readonly SourceModel[] = [
    ...delivery.environments.flatMap(({ source }) => source ?? []),
    ...delivery.edges.flatMap(({ on }) => on ?? []),
  ];
  return refs
    .filter((ref) => ref.repository === repository)
    .map(({ kind, pattern }) => `refs/${kind === 'branch' ? 'heads' : 'tags'}/${pattern}`);
}

/** `main` for a branch, `tags v*` for tags. */
function shortRef(ref: string): string {
  return ref.replace(/^refs\/heads\//, '').replace(/^refs\/tags\//, 'tags ');
}

/** Secrets with the GitHub environments that hold them. */
function secretGrounds({
  environments,
}: DesiredRepository): readonly { readonly name: string; readonly holders: readonly DesiredGitHubEnvironment[] }[] {
  const names = [...new Set(environments.flatMap(({ secrets }) => secrets))].sort();
  return names.map((name) => ({ name, holders: environments.filter(({ secrets }) => secrets.includes(name)) }));
}

function readersDemand(holders: readonly DesiredGitHubEnvironment[]): Demand {
  const admitted = holders.flatMap(({ admits }) => admits.map(({ type, name }) => `refs/${type === 'branch' ? 'heads' : 'tags'}/${name}`));
  return {
    topic: 'readers',
    text: 'read by runs on',
    none: '',
    list: [...new Set(admitted.map(shortRef))].sort(),
    by: `GitHub environments ${listed(holders.map(({ name }) => name))}`,
    claims: [only('readers', admitted, 'refs')],
  };
}

function actionsDemands(actions: DesiredActionsPermissions): Demand[] {
  // What GitHub's interface gives back may hold more than what is compiled.
  const { allowed, defaultWorkflowPermissions } = actions as { readonly allowed: string; readonly defaultWorkflowPermissions: string };
  const admitted = allowed === 'local_only' ? [] : [...(actions.githubOwned ? ['actions of GitHub'] : []), ...actions.patterns];
  const by = 'Actions permissions';
  return [
    {
      topic: 'allowed actions',
      text: allowed === 'all' ? 'all actions' : admitted.length === 0 ? 'no action from elsewhere' : 'runs',
      none: 'all actions',
      ...(allowed === 'all' || admitted.length === 0 ? {} : { list: admitted }),
      by,
      claims: allowed === 'all' ? [] : [only('actions', admitted, 'globs')],
    },
    ...(actions.shaPinningRequired
      ? [{ topic: 'pinning', text: 'actions pinned to commits', none: 'actions by any tag', by, claims: [atLeast('pinning')] }]
      : []),
    ...(defaultWorkflowPermissions === 'read'
      ? [
          {
            topic: 'default token',
            text: "a workflow's token reads unless its job says more",
            none: "a workflow's token writes unless its job says less",
            by,
            claims: [atLeast('default token')],
          },
        ]
      : []),
    ...(actions.canApprovePullRequestReviews
      ? []
      : [
          {
            topic: 'approving',
            text: 'no workflow approves pull requests',
            none: 'workflows approve pull requests',
            by,
            claims: [atLeast('approving')],
          },
        ]),
  ];
}

/** What tokens of workflows may write, by the event that starts them. */
function tokensDemand(repository: DesiredRepository): Demand {
  const powers = jobsIn(repository).flatMap(({ job, events }) =>
    Object.entries(job.permissions)
      .filter(([, level]) => level === 'write')
      .flatMap(([scope]) => events.map((event) => `${scope} on ${event}`)),
  );
  const list = [...new Set(powers)].sort();
  return {
    topic: 'tokens',
    text: list.length === 0 ? 'no token of a workflow writes' : 'tokens of workflows write',
    none: '',
    ...(list.length === 0 ? {} : { list }),
    by: 'workflows',
    claims: [only('tokens', list)],
  };
}

function jobsIn({ workflows }: DesiredRepository) {
  return workflows.flatMap(({ on, jobs }) => Object.values(jobs).map((job) => ({ job, events: Object.keys(on) })));
}

/** Who the platform's apps are, and where the keys of two of them lie: what they are trusted with is said of refs and gates. */
function appDemands(desired: DesiredState): Demand[] {
  const { delivery, intake, actions } = desired.delivery.apps;
  const holds = (id: number | string): string | undefined =>
    desired.repositories
      .flatMap(({ environments }) => environments)
      .find(({ secrets, variables }) => secrets.length > 0 && Object.values(variables).includes(String(id)))?.name;
  return [
    ...[
      { what: 'delivery app', app: delivery, key: holds(delivery.id) },
      { what: 'intake app', app: intake, key: holds(intake.id) },
    ].map(
      ({ what, app, key }): Demand => ({
        topic: what,
        text: `${what} ${app.slug}`,
        none: '',
        detail: `id ${app.id}${key === undefined ? ', whose key nothing holds' : ''}`,
        ...(key === undefined ? {} : { by: `GitHub environment ${key}` }),
        claims: key === undefined ? [] : [atLeast(`${what} ${app.id}`)],
      }),
    ),
    { topic: 'actions', text: 'GitHub Actions', none: '', detail: `id ${actions.id}`, claims: [atLeast(`actions ${actions.id}`)] },
  ];
}
