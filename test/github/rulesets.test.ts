import { openLocalHost } from '../../lib/delivery/local';
import { calling } from './calling';
import { type GitHub, startGitHub } from './index';

let github: GitHub;
const call = calling(() => github);
const RULESETS = '/repos/acme/delivery/rulesets';

beforeEach(async () => {
  github = await startGitHub({
    repositories: [
      { name: 'acme/free', plan: 'free' },
      { name: 'acme/open', plan: 'free', visibility: 'public' },
      { name: 'acme/team', plan: 'team' },
      { name: 'ada/notes' },
    ],
  });
});
afterEach(() => github.close());

const known = { name: 'main', target: 'branch', enforcement: 'active' };
const covering = { conditions: { ref_name: { include: ['refs/heads/main'], exclude: [] } } };
const reviews = {
  type: 'pull_request',
  parameters: {
    required_approving_review_count: 1,
    dismiss_stale_reviews_on_push: true,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_review_thread_resolution: false,
  },
};

/** Why a ruleset is refused. */
async function causes(given: object, repository = 'acme/delivery'): Promise<readonly unknown[]> {
  const answer = await call(`POST /repos/${repository}/rulesets`, { ...known, ...covering, ...given });
  expect(answer.status).toBe(422);
  expect(answer.body.documentation_url).toBe('https://docs.github.com/rest/repos/rules#create-a-repository-ruleset');
  return (answer.body.errors ?? [answer.body.message]) as unknown as readonly unknown[];
}

describe('the life of a ruleset', () => {
  afterEach(() => expect(github.problems).toEqual([]));

  test('it comes back as it was sent, with what GitHub fills in, and what is not sent in a change stays', async () => {
    const checks = {
      type: 'required_status_checks',
      parameters: { required_status_checks: [{ context: 'gates', integration_id: 1001 }], strict_required_status_checks_policy: true },
    };
    const bypass_actors = [{ actor_id: 1001, actor_type: 'Integration', bypass_mode: 'always' }];
    const made = await call(`POST ${RULESETS}`, { ...known, ...covering, bypass_actors, rules: [{ type: 'deletion' }, reviews, checks] });
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect(made.body).toEqual({
      ...known,
      ...covering,
      id,
      node_id: `RRS_${id}`,
      source_type: 'Repository',
      source: 'acme/delivery',
      bypass_actors,
      current_user_can_bypass: 'never',
      rules: [
        { type: 'deletion' },
        { ...reviews, parameters: { ...reviews.parameters, allowed_merge_methods: ['merge', 'squash', 'rebase'] } },
        { ...checks, parameters: { ...checks.parameters, do_not_enforce_on_create: false } },
      ],
      _links: {
        self: { href: `${github.url}api/v3${RULESETS}/${id}` },
        html: { href: `${github.url}acme/delivery/rules/${id}` },
      },
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect((await call(`GET ${RULESETS}/${id}?includes_parents=false`)).body).toEqual(made.body);

    const changed = await call(`PUT ${RULESETS}/${id}`, { enforcement: 'disabled', rules: [{ type: 'creation' }] });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ id, ...known, enforcement: 'disabled', bypass_actors, rules: [{ type: 'creation' }] });
    expect((await call(`PUT ${RULESETS}/${id}`, { bypass_actors: [] })).body).toMatchObject({ bypass_actors: [] });

    expect((await call(`DELETE ${RULESETS}/${id}`)).status).toBe(204);
    expect((await call(`GET ${RULESETS}/${id}`)).status).toBe(404);
    expect((await call(`DELETE ${RULESETS}/${id}`)).status).toBe(404);
  });

  test('administrators of the organization have no id, whatever is sent for them', async () => {
    for (const [name, actor] of Object.entries({ sent: { actor_id: 1 }, nothing: {}, null: { actor_id: null } })) {
      const bypass_actors = [{ ...actor, actor_type: 'OrganizationAdmin' }];
      const { body } = await call(`POST ${RULESETS}`, { ...known, name, bypass_actors });
      expect(body.bypass_actors).toEqual([{ actor_id: null, actor_type: 'OrganizationAdmin', bypass_mode: 'always' }]);
    }
  });

  test('the list leaves out who may bypass, conditions and rules', async () => {
    await call(`POST ${RULESETS}`, { ...known, ...covering, rules: [reviews] });
    await call(`POST ${RULESETS}`, { ...known, name: 'tags', target: 'tag' });
    const { body } = await call(`GET ${RULESETS}`);
    expect((body as unknown as object[]).map((one) => Object.keys(one).sort())[0]).toEqual([
      '_links',
      'created_at',
      'enforcement',
      'id',
      'name',
      'node_id',
      'source',
      'source_type',
      'target',
      'updated_at',
    ]);
    expect((await call(`GET ${RULESETS}?targets=tag`)).body).toHaveLength(1);
    expect((await call(`GET ${RULESETS}?per_page=1&page=2`)).body).toHaveLength(1);
  });

  test('the rules of a branch are those of active rulesets that cover it', async () => {
    const made = await call(`POST ${RULESETS}`, { ...known, ...covering, rules: [{ type: 'deletion' }] });
    await call(`POST ${RULESETS}`, { ...known, ...covering, name: 'off', enforcement: 'disabled', rules: [{ type: 'creation' }] });
    const all = { conditions: { ref_name: { include: ['~ALL'], exclude: ['refs/heads/env/*'] } } };
    await call(`POST ${RULESETS}`, { ...known, ...all, name: 'all', rules: [{ type: 'non_fast_forward' }] });
    const rules = async (branch: string) =>
      ((await call(`GET /repos/acme/delivery/rules/branches/${branch}`)).body as unknown as { readonly type: string }[]).map(
        ({ type }) => type,
      );
    expect(await rules('main')).toEqual(['deletion', 'non_fast_forward']);
    expect(await rules('env/prod')).toEqual([]);
    expect(await rules('env/prod/eu')).toEqual(['non_fast_forward']);
    expect((await call('GET /repos/acme/delivery/rules/branches/main')).body).toContainEqual({
      type: 'deletion',
      ruleset_source_type: 'Repository',
      ruleset_source: 'acme/delivery',
      ruleset_id: made.body.id,
    });
  });
});

describe('what GitHub refuses', () => {
  test.each<readonly [string, object, string]>([
    ['null in place of a list', { bypass_actors: null }, 'Invalid request.'],
    ['an unknown rule', { rules: [{ type: 'no_such_rule' }] }, 'Invalid request.'],
    [
      'a parameter of the wrong kind',
      { rules: [{ ...reviews, parameters: { ...reviews.parameters, required_approving_review_count: '1' } }] },
      'Invalid request.',
    ],
    ['a missing parameter', { rules: [{ type: 'pull_request', parameters: { required_approving_review_count: 1 } }] }, 'Invalid request.'],
    [
      'too many approvals',
      { rules: [{ ...reviews, parameters: { ...reviews.parameters, required_approving_review_count: 11 } }] },
      'Invalid request.',
    ],
    ['no name', { name: ' ' }, 'Name must be between 1 and 100 characters'],
    ['a short branch name', { conditions: { ref_name: { include: ['main'], exclude: [] } } }, "Invalid target patterns: 'main'"],
    [
      'a tag pattern for branches',
      { conditions: { ref_name: { include: ['refs/tags/v*'], exclude: [] } } },
      "Invalid target patterns: 'refs/tags/v*'",
    ],
    [
      'an open bracket',
      { conditions: { ref_name: { include: ['refs/heads/[a'], exclude: [] } } },
      "Invalid target patterns: 'refs/heads/[a'",
    ],
    ['one list of patterns', { conditions: { ref_name: { include: ['refs/heads/main'] } } }, "Invalid target patterns: ''"],
    [
      'GitHub Actions as an actor',
      { bypass_actors: [{ actor_type: 'Integration', actor_id: 15368 }] },
      'Actor GitHub Actions integration must be part of the ruleset source or owner organization',
    ],
    [
      'a foreign app',
      { bypass_actors: [{ actor_type: 'Integration', actor_id: 7 }] },
      'Actor 7 integration must be part of the ruleset source or owner organization',
    ],
    [
      'a foreign team',
      { bypass_actors: [{ actor_type: 'Team', actor_id: 7 }] },
      'Actor 7 team must be part of the ruleset source or owner organization',
    ],
    [
      'a role that does not exist',
      { bypass_actors: [{ actor_type: 'RepositoryRole', actor_id: 3 }] },
      'Actor 3 repository role does not exist',
    ],
    [
      'an actor twice',
      {
        bypass_actors: [
          { actor_type: 'Team', actor_id: 11 },
          { actor_type: 'Team', actor_id: 11, bypass_mode: 'pull_request' },
        ],
      },
      'Bypass actors must be unique',
    ],
    ['a rule twice', { rules: [{ type: 'deletion' }, { type: 'deletion' }] }, "Invalid rule 'deletion': it may be there once"],
    [
      'an environment that does not exist',
      { rules: [{ type: 'required_deployments', parameters: { required_deployment_environments: ['prod'] } }] },
      "Invalid rule 'required_deployments': environment prod does not exist",
    ],
  ])('%s', async (_, given, cause) => {
    expect((await causes(given)).join('\n')).toContain(cause);
    expect(github.problems).toEqual([]);
  });

  test('a name that is taken, unless it is its own', async () => {
    const { body } = await call(`POST ${RULESETS}`, { ...known, ...covering });
    expect(await causes({})).toEqual(['Name must be unique']);
    expect((await call(`PUT ${RULESETS}/${body.id}`, { ...known, ...covering })).status).toBe(200);
  });

  test('reviews and the bypass of merges on tags', async () => {
    const tags = { target: 'tag', conditions: { ref_name: { include: ['refs/tags/*'], exclude: [] } } };
    expect(await causes({ ...tags, rules: [reviews] })).toEqual(["Invalid rule 'pull_request': it does not apply to tags"]);
    const bypass_actors = [{ actor_type: 'Team', actor_id: 11, bypass_mode: 'pull_request' }];
    expect(await causes({ ...tags, bypass_actors })).toEqual(['Bypass mode pull_request is only for branch rulesets']);
  });

  test('teams and administrators of an organization where the owner is a person', async () => {
    expect(await causes({ bypass_actors: [{ actor_type: 'OrganizationAdmin' }] }, 'ada/notes')).toHaveLength(1);
    expect(await causes({ bypass_actors: [{ actor_type: 'Team', actor_id: 11 }] }, 'ada/notes')).toHaveLength(1);
  });

  test('more than 75 rulesets', async () => {
    for (let number = 0; number < 75; number += 1) {
      expect((await call(`POST ${RULESETS}`, { ...known, name: `ruleset ${number}` })).status).toBe(201);
    }
    expect(await causes({})).toEqual(['Maximum number of rulesets (75) reached']);
  });
});

describe('plans', () => {
  test('private repositories of a free plan have no rulesets, public ones have', async () => {
    for (const method of ['GET', 'POST']) {
      const answer = await call(`${method} /repos/acme/free/rulesets`, method === 'POST' ? known : undefined);
      expect(answer.status).toBe(403);
      expect(answer.body.message).toBe('Upgrade to GitHub Pro or make this repository public to enable this feature.');
    }
    expect((await call('POST /repos/acme/open/rulesets', known)).status).toBe(201);
  });

  test('rules about texts and rulesets that only evaluate are for Enterprise', async () => {
    const pattern = { type: 'commit_message_pattern', parameters: { operator: 'starts_with', pattern: 'x' } };
    expect(await causes({ rules: [pattern] }, 'acme/team')).toEqual([
      "Invalid rule 'commit_message_pattern': it is not supported on this plan",
    ]);
    expect(await causes({ enforcement: 'evaluate' }, 'acme/team')).toEqual(['Enforcement evaluate option is not supported on this plan']);
    expect((await call(`POST ${RULESETS}`, { ...known, enforcement: 'evaluate' })).status).toBe(201);
  });
});

describe('who may', () => {
  test.each([
    ['rita', 403, 'Must have admin rights to Repository.'],
    ['alice', 403, 'Must have admin rights to Repository.'],
    ['carol', 403, 'Must have admin rights to Repository.'],
    ['acme-delivery', 403, 'Resource not accessible by integration'],
    [undefined, 404, 'Not Found'],
  ])('%s may not change rulesets', async (who, status, message) => {
    const { body } = await call(`POST ${RULESETS}`, known);
    const theirs = calling(() => github, who);
    if (who === undefined) {
      const anonymous = await fetch(`${github.url}api/v3${RULESETS}`, { method: 'POST', body: JSON.stringify(known) });
      expect([anonymous.status, ((await anonymous.json()) as { message: string }).message]).toEqual([status, message]);
      return;
    }
    for (const [ask, given] of [
      [`POST ${RULESETS}`, known],
      [`PUT ${RULESETS}/${body.id}`, { name: 'other' }],
      [`DELETE ${RULESETS}/${body.id}`],
    ] as const) {
      const answer = await theirs(ask, given);
      expect([answer.status, answer.body.message]).toEqual([status, message]);
    }
    expect(github.world.repository('acme', 'delivery').rulesets.size).toBe(1);
  });

  test('who may bypass is shown to administrators alone, and everybody is told about himself', async () => {
    const bypass_actors = [
      { actor_type: 'Integration', actor_id: 1001, bypass_mode: 'always' },
      { actor_type: 'RepositoryRole', actor_id: 2, bypass_mode: 'pull_request' },
    ];
    const { body } = await call(`POST ${RULESETS}`, { ...known, ...covering, bypass_actors });
    const seen = async (who: string) => {
      const answer = await calling(() => github, who)(`GET ${RULESETS}/${body.id}`);
      return [answer.body.current_user_can_bypass, Object.hasOwn(answer.body, 'bypass_actors')];
    };
    expect(await seen('ada')).toEqual(['pull_requests_only', true]);
    expect(await seen('carol')).toEqual(['pull_requests_only', false]);
    expect(await seen('rita')).toEqual(['never', false]);
    expect(await seen('acme-delivery')).toEqual(['always', false]);
  });
});

describe('what rulesets mean', () => {
  test('a push obeys a ruleset from when it is made until it is deleted', async () => {
    const { hostFolder } = github.world.repository('acme', 'delivery');
    const { store } = await openLocalHost(await hostFolder, { as: 'alice' });
    const tree = await store.writeTree(new Map([['a', '1']]));
    const commit = (message: string, ...parents: string[]) => store.writeCommit({ tree, parents, author: 'alice', message, at: 0 });
    const one = await commit('one');
    const two = await commit('two', one);
    expect(await store.moveRef('refs/heads/main', one, undefined)).toEqual({ kind: 'done' });
    const { body } = await call(`POST ${RULESETS}`, { ...known, ...covering, rules: [reviews] });
    expect(await store.moveRef('refs/heads/main', two, one)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('pull request'),
    });
    await call(`PUT ${RULESETS}/${body.id}`, { enforcement: 'disabled' });
    expect(await store.moveRef('refs/heads/main', two, one)).toEqual({ kind: 'done' });
    await call(`PUT ${RULESETS}/${body.id}`, { enforcement: 'active', rules: [{ type: 'deletion' }] });
    expect(await store.deleteRef('refs/heads/main', two)).toMatchObject({ kind: 'refused' });
  });

  test.each<readonly [string, object]>([
    ['a rule', { rules: [{ type: 'commit_message_pattern', parameters: { operator: 'starts_with', pattern: 'x' } }] }],
    [
      'a merge queue',
      {
        rules: [
          {
            type: 'merge_queue',
            parameters: {
              check_response_timeout_minutes: 60,
              grouping_strategy: 'ALLGREEN',
              max_entries_to_build: 5,
              max_entries_to_merge: 5,
              merge_method: 'MERGE',
              min_entries_to_merge: 1,
              min_entries_to_merge_wait_minutes: 5,
            },
          },
        ],
      },
    ],
    ['a kind of actor', { bypass_actors: [{ actor_type: 'DeployKey', bypass_mode: 'always' }] }],
    ['a kind of bypass', { bypass_actors: [{ actor_type: 'Team', actor_id: 11, bypass_mode: 'exempt' }] }],
    ['a kind of ruleset', { target: 'push', conditions: undefined }],
  ])('%s that nothing here would obey is not taken, and no test passes by it', async (_, given) => {
    const answer = await call(`POST ${RULESETS}`, { ...known, ...covering, ...given });
    expect(answer.status).toBe(501);
    expect(github.problems).toMatchObject([{ kind: 'unsupported', request: `POST ${RULESETS}` }]);
    expect(github.world.repository('acme', 'delivery').rulesets.size).toBe(0);
  });
});
