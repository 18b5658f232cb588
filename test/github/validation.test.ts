import { buildSchema, OverlappingFieldsCanBeMergedRule, parse, validate } from 'graphql';
import { type Change, deviations } from './deviations';
import { defaultPeople } from './index';
import type { Problem } from './request-log';
import { Rest, routes } from './rest';
import { type Method, ok, type Route } from './route';
import { Description } from './validation';
import { World } from './world';

const problems: Problem[] = [];
afterEach(() => problems.splice(0));

/** The interface with these routes, without a server. */
function rest(
  own: readonly Route[] = routes,
): (call: string, body?: unknown) => Promise<{ readonly status: number; readonly body?: unknown }> {
  const world = new World({ people: defaultPeople, repositories: [], plan: 'enterprise', users: [], appPermissions: {}, clock: () => 0 });
  world.url = 'http://127.0.0.1:1/';
  const served = new Rest(world, (problem) => problems.push(problem), own);
  return (call, body) => {
    const [method = 'GET', target = '/'] = call.split(' ', 2);
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    return served.answer({ method: method as Method, target, text, caller: { kind: 'person', login: 'ada' } });
  };
}

describe('a wrong request is refused as GitHub refuses it', () => {
  const call = rest();
  const refusal = (message: unknown) => ({
    status: expect.any(Number),
    body: { message, documentation_url: expect.stringMatching(/^https:\/\/docs\.github\.com\//), status: expect.any(String) },
  });

  test('a body that is not JSON', async () => {
    expect(await call('POST /repos/acme/delivery/rulesets', '{')).toEqual({ ...refusal('Problems parsing JSON'), status: 400 });
  });

  test.each<readonly [string, string, unknown, string]>([
    ['a body that is missing', 'POST /repos/acme/delivery/rulesets', undefined, 'body: missing'],
    [
      'a property that is missing',
      'POST /repos/acme/delivery/rulesets',
      { name: 'main' },
      'body: Instance does not have required property "enforcement"',
    ],
    [
      'a property of the wrong kind',
      'POST /repos/acme/delivery/rulesets',
      { name: 1, enforcement: 'active' },
      'name: Instance type "number" is invalid',
    ],
    ['a word that is none of those allowed', 'POST /repos/acme/delivery/rulesets', { name: 'a', enforcement: 'on' }, 'enforcement: '],
    ['a body where nothing is to be sent', 'DELETE /repos/acme/delivery', { sure: true }, 'body: nothing is to be sent'],
    ['an id that is no number', 'GET /repos/acme/delivery/rulesets/main', undefined, 'ruleset_id '],
    ['a parameter of the wrong kind', 'GET /repos/acme/delivery/rulesets?includes_parents=maybe', undefined, 'includes_parents '],
  ])('%s', async (_, target, body, finding) => {
    const answer = await call(target, body);
    expect(answer).toEqual({ ...refusal(expect.stringContaining(finding)), status: 422 });
    expect(problems).toEqual([]);
  });
});

describe('no test passes by', () => {
  test('a call that GitHub does not describe', async () => {
    expect((await rest()('GET /repos/acme/delivery/no-such-thing')).status).toBe(501);
    expect(problems).toMatchObject([{ kind: 'unknown-route', what: 'GitHub describes no such operation' }]);
  });

  test('a call that GitHub describes and nothing answers here', async () => {
    expect((await rest()('GET /repos/acme/delivery/license')).status).toBe(501);
    expect(problems).toMatchObject([{ kind: 'unknown-route', what: 'there is no route for GET /repos/{owner}/{repo}/license' }]);
  });

  test('a longer path, which a shorter one with a branch in it would swallow', async () => {
    await rest()('GET /repos/acme/delivery/branches/main/protection/enforce_admins');
    expect(problems).toMatchObject([
      { what: 'there is no route for GET /repos/{owner}/{repo}/branches/{branch}/protection/enforce_admins' },
    ]);
  });

  test('a property or parameter that GitHub does not describe and would pass over in silence', async () => {
    expect((await rest()('POST /repos/acme/delivery/rulesets?dry_run=true', { name: 'a', enforcement: 'active', bypass: [] })).status).toBe(
      201,
    );
    expect(problems.map(({ kind, what }) => [kind, what.split(' ')[0]])).toEqual([
      ['unknown-property', '?dry_run'],
      ['unknown-property', 'bypass'],
    ]);
  });

  const rule = (type: string, parameters: unknown): unknown => ({ name: 'a', enforcement: 'active', rules: [{ type, parameters }] });
  const checks = { required_status_checks: [{ context: 'validate' }], strict_required_status_checks_policy: true };
  const review = {
    dismiss_stale_reviews_on_push: true,
    require_code_owner_review: true,
    require_last_push_approval: true,
    required_approving_review_count: 1,
    required_review_thread_resolution: true,
  };
  const ref_name = { include: ['~ALL'], exclude: [] };
  test.each<readonly [string, string, unknown, readonly string[]]>([
    [
      'in an object of an object',
      'POST /repos/acme/delivery/rulesets',
      { name: 'a', enforcement: 'active', conditions: { ref_name: { ...ref_name, excludes: [] } } },
      ['conditions/ref_name/excludes'],
    ],
    [
      'beside what is meant',
      'POST /repos/acme/delivery/rulesets',
      { name: 'a', enforcement: 'active', conditions: { ref_name, refName: ref_name } },
      ['conditions/refName'],
    ],
    [
      'in an item of a list',
      'POST /repos/acme/delivery/rulesets',
      {
        name: 'a',
        enforcement: 'active',
        bypass_actors: [{ actor_id: 5, actor_type: 'RepositoryRole', bypass_mode: 'always', mode: 'always' }],
      },
      ['bypass_actors/0/mode'],
    ],
    [
      'in a rule and its items, by the type of the rule',
      'POST /repos/acme/delivery/rulesets',
      rule('required_status_checks', {
        ...checks,
        required_status_checks: [{ context: 'validate', integrationId: 15368 }],
        do_not_enforce_on_creat: true,
      }),
      ['rules/0/parameters/required_status_checks/0/integrationId', 'rules/0/parameters/do_not_enforce_on_creat'],
    ],
    [
      'in a rule of one type, which those of another have',
      'POST /repos/acme/delivery/rulesets',
      rule('pull_request', { ...review, strict_required_status_checks_policy: true }),
      ['rules/0/parameters/strict_required_status_checks_policy'],
    ],
    ['in a rule that has no parameters', 'POST /repos/acme/delivery/rulesets', rule('deletion', { sure: true }), ['rules/0/parameters']],
    [
      'in a reviewer, and in an object that may be null',
      'PUT /repos/acme/delivery/environments/prod',
      {
        deployment_branch_policy: { protected_branches: false, custom_branch_policies: true, custom: true },
        reviewers: [{ type: 'User', Id: 1 }],
      },
      ['reviewers/0/Id', 'deployment_branch_policy/custom'],
    ],
  ])('a property %s', async (_, target, body, names) => {
    await rest()(target, body);
    expect(
      problems
        .filter(({ kind }) => kind === 'unknown-property')
        .map(({ what }) => what.split(' ')[0])
        .sort(),
    ).toEqual([...names].sort());
  });

  test('and what GitHub describes, in rules of every branch, is no problem', async () => {
    const body = {
      name: 'a',
      enforcement: 'active',
      conditions: { ref_name },
      rules: [
        { type: 'deletion' },
        { type: 'required_status_checks', parameters: { ...checks, do_not_enforce_on_create: true } },
        { type: 'pull_request', parameters: review },
      ],
    };
    expect((await rest()('POST /repos/acme/delivery/rulesets', body)).status).toBe(201);
    expect(problems).toEqual([]);
  });

  test.each<readonly [string, Route['handle'], string]>([
    ['of the wrong kind', () => ok({ total_count: '0', variables: [] }), 'total_count: Instance type "string" is invalid'],
    ['without what has to be there', () => ok({ variables: [] }), 'does not have required property "total_count"'],
    ['in a list, of the wrong kind', () => ok({ total_count: 1, variables: [{ name: 'A' }] }), 'variables/0: '],
    ['with a status that is not described', () => ({ status: 202, body: {} }), 'status 202 is not described'],
    ['without a body', () => ({ status: 200 }), 'body: missing'],
  ])('an answer %s', async (_, handle, finding) => {
    const path = '/repos/{owner}/{repo}/actions/variables';
    const answer = await rest([{ method: 'GET', path, handle }])('GET /repos/acme/delivery/actions/variables');
    expect(answer.status).toBe(500);
    expect(problems).toMatchObject([{ kind: 'invalid-response', what: expect.stringContaining(finding) }]);
  });

  test('an answer with a body where GitHub gives none', async () => {
    const route: Route = { method: 'DELETE', path: '/repos/{owner}/{repo}', handle: () => ({ status: 204, body: {} }) };
    await rest([route])('DELETE /repos/acme/delivery');
    expect(problems).toMatchObject([{ kind: 'invalid-response', what: expect.stringContaining('nothing is to be answered') }]);
  });

  test('a route that fails', async () => {
    const route: Route = { method: 'GET', path: '/rate_limit', handle: () => Promise.reject(new Error('a mistake')) };
    expect((await rest([route])('GET /rate_limit')).status).toBe(500);
    expect(problems).toMatchObject([{ kind: 'failure', what: expect.stringContaining('a mistake') }]);
  });
});

test('every route is described by GitHub, and none twice', () => {
  const description = new Description();
  const undescribed = routes.filter(({ method, path }) => description.tryOperation(method, path) === undefined);
  expect(undescribed.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(routes.length);
});

describe('the table of deviations', () => {
  test('has an id, a reason and a source in every row', () => {
    expect(new Set(deviations.map(({ id }) => id)).size).toBe(deviations.length);
    for (const { reason, source } of deviations) {
      expect(reason.length).toBeGreaterThan(30);
      expect(source).toMatch(/^https:\/\//);
    }
  });

  test.each(deviations)('needs its row $id', ({ id, what }) => {
    expect(allowed(what, new Description(deviations))).toBe(true);
    expect(allowed(what, new Description(deviations.filter((row) => row.id !== id)))).toBe(false);
  });
});

/** Whether a description allows what a row of the table is about. */
function allowed(what: Change, description: Description): boolean {
  switch (what.kind) {
    case 'path':
      return description.tryPath(what.path.replace(/\{\w+\}/g, '1'))?.path === what.as && routes.some(({ path }) => path === what.as);
    case 'property': {
      const operation = operationOf(description, what);
      const unknown = description.unknownNames(operation, {}, { [what.name]: null });
      const value = what.schema.type === 'boolean' ? true : 'text';
      const findings = description.requestFindings(operation, { params: {}, query: {}, body: { [what.name]: value } });
      return unknown.length === 0 && !findings.some((finding) => finding.includes(what.name));
    }
    case 'optional': {
      const body = { [what.within]: {} };
      const findings = description.requestFindings(operationOf(description, what), { params: {}, query: {}, body });
      return !findings.some((finding) => finding.includes(`"${what.name}"`));
    }
    case 'answer':
      return description.responseFindings(operationOf(description, what), what.status, answers[`${what.method} ${what.path}`]).length === 0;
    case 'failures': {
      const operation = operationOf(description, { method: 'GET', path: '/repos/{owner}/{repo}/rules/branches/{branch}' });
      return what.statuses.every((status) => description.responseFindings(operation, status, { message: 'no' }).length === 0);
    }
    case 'graphql-rule':
      return (
        description.passesOver(what.rule) &&
        validate(unlikeFields, parse('{ node { ... on A { name } ... on B { name } } }'), [OverlappingFieldsCanBeMergedRule]).length > 0
      );
  }
}

const unlikeFields = buildSchema('type Query { node: Node } union Node = A | B type A { name: String } type B { name: String! }');

function operationOf(description: Description, { method, path }: { readonly method: Method; readonly path: string }) {
  const operation = description.tryOperation(method, path);
  if (operation === undefined) throw new Error(`GitHub describes no ${method} ${path}`);
  return operation;
}

const refusedWithTexts = {
  message: 'Validation Failed',
  errors: ['Name must be unique'],
  documentation_url: 'https://docs.github.com/rest',
};
const account = {
  ...Object.fromEntries(
    ['avatar', 'html', 'followers', 'subscriptions', 'organizations', 'repos', 'received_events'].map((name) => [
      `${name}_url`,
      'https://github.com/a',
    ]),
  ),
  ...Object.fromEntries(['following', 'gists', 'starred', 'events'].map((name) => [`${name}_url`, 'a'])),
  url: 'https://api.github.com/a',
  login: 'acme',
  id: 1,
  node_id: 'a',
  gravatar_id: '',
  type: 'Organization',
  site_admin: false,
};

/** What GitHub answers where its description says otherwise. */
const answers: Readonly<Record<string, unknown>> = {
  'POST /repos/{owner}/{repo}/rulesets': refusedWithTexts,
  'PUT /repos/{owner}/{repo}/rulesets/{ruleset_id}': refusedWithTexts,
  'GET /app/installations': [
    {
      ...Object.fromEntries(['access_tokens', 'repositories', 'html'].map((name) => [`${name}_url`, 'https://github.com/a'])),
      id: 1,
      account,
      app_id: 1,
      app_slug: 'a',
      target_id: 1,
      target_type: 'Organization',
      repository_selection: 'all',
      permissions: {},
      events: [],
      single_file_name: null,
      created_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
      suspended_by: null,
      suspended_at: null,
    },
  ],
};
