import type { DesiredRepository, DesiredState } from '../../lib/desired/desired-state';
import type { SlotValue } from '../../lib/values/slot';
import { filled, lawfulPlatforms } from '../generated/lawful-platforms';
import type { Problem } from './request-log';
import { Rest } from './rest';
import type { Method } from './route';
import { seal } from './sealed-box';
import { World } from './world';

const PLATFORMS = 200;

/** What the stack of the repositories is made of. */
type Registered = Pick<DesiredState, 'repositories' | 'delivery'>;

/** A GitHub with the repositories of a platform on the plans that it names, its apps and its teams. */
function gitHubOf({ repositories, delivery }: Registered, values: Readonly<Record<string, SlotValue>>): World {
  const ids = (kind: string) =>
    Object.entries(values).flatMap(([slot, id]) =>
      slot.startsWith(`${kind}/`) ? [[slot.slice(kind.length + 1), Number(id)] as const] : [],
    );
  const { actions: _, ...own } = delivery.apps;
  const apps = [...Object.values(own).map(({ slug, id }) => [slug, Number(id)] as const), ...ids('app')];
  return new World({
    people: {
      repository: delivery.repository,
      people: { ada: { role: 'admin', owner: true } },
      teams: Object.fromEntries(ids('team').map(([slug, id]) => [slug, { id, members: [] }])),
      apps: Object.fromEntries(apps.map(([slug, id]) => [slug, { id }])),
    },
    repositories,
    plan: 'free',
    users: [],
    appPermissions: {},
    clock: () => 0,
  });
}

/** Everything that the stack of the repositories registers, as calls. */
function* callsFor(
  repository: DesiredRepository,
  key: { readonly id: string; readonly publicKey: string },
): Generator<readonly [string, unknown]> {
  const at = `/repos/${repository.name}`;
  for (const ruleset of repository.rulesets) yield [`POST ${at}/rulesets`, ruleset];
  for (const environment of repository.environments) {
    const path = `${at}/environments/${encodeURIComponent(environment.name)}`;
    const { can_admins_bypass } = environment;
    const admits = { protected_branches: false, custom_branch_policies: true };
    yield [`PUT ${path}`, { deployment_branch_policy: admits, ...(can_admins_bypass === undefined ? {} : { can_admins_bypass }) }];
    for (const ref of environment.admits) yield [`POST ${path}/deployment-branch-policies`, ref];
    for (const [name, value] of Object.entries(environment.variables)) yield [`POST ${path}/variables`, { name, value: String(value) }];
    for (const name of environment.secrets) {
      yield [`PUT ${path}/secrets/${name}`, { encrypted_value: seal(key.publicKey, 'secret'), key_id: key.id }];
    }
  }
  const { allowed, githubOwned, patterns, shaPinningRequired, ...workflow } = repository.actions;
  yield [`PUT ${at}/actions/permissions`, { enabled: true, allowed_actions: allowed, sha_pinning_required: shaPinningRequired }];
  yield [
    `PUT ${at}/actions/permissions/selected-actions`,
    { github_owned_allowed: githubOwned, verified_allowed: false, patterns_allowed: patterns },
  ];
  yield [
    `PUT ${at}/actions/permissions/workflow`,
    {
      default_workflow_permissions: workflow.defaultWorkflowPermissions,
      can_approve_pull_request_reviews: workflow.canApprovePullRequestReviews,
    },
  ];
}

test(`GitHub accepts everything that ${PLATFORMS} generated platforms register there`, async () => {
  const refused: unknown[] = [];
  const problems: Problem[] = [];
  let calls = 0;
  for (const { repositories, delivery } of lawfulPlatforms(PLATFORMS)) {
    const { bound: platform, values } = filled<Registered>({ repositories, delivery });
    const world = gitHubOf(platform, values);
    const rest = new Rest(world, (problem) => problems.push(problem));
    for (const repository of platform.repositories) {
      const [owner = '', name = ''] = repository.name.split('/');
      for (const [call, body] of callsFor(repository, world.repository(owner, name).sealingKey)) {
        const [method = '', target = ''] = call.split(' ', 2);
        const answer = await rest.answer({
          method: method as Method,
          target,
          text: JSON.stringify(body),
          caller: { kind: 'person', login: 'ada' },
        });
        if (answer.status >= 300) refused.push({ call, body, answer });
        calls += 1;
      }
      expect(world.repository(owner, name).rulesets.size).toBe(repository.rulesets.length);
    }
  }
  expect(refused.slice(0, 3)).toEqual([]);
  expect(problems.slice(0, 3)).toEqual([]);
  expect(calls).toBeGreaterThan(20 * PLATFORMS);
});
