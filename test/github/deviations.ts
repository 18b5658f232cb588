import type { Method } from './route';
import type { OpenApiSchema } from './schema';

/** Where GitHub is known to do otherwise than its published descriptions say. */
export interface Deviation {
  readonly id: string;
  readonly what: Change;
  readonly reason: string;
  /** Where that is known from. */
  readonly source: string;
}

export type Change =
  /** A path that is not described and does what a described one does. */
  | { readonly kind: 'path'; readonly path: string; readonly as: string }
  /** A property of a request's body that is not described. */
  | { readonly kind: 'property'; readonly method: Method; readonly path: string; readonly name: string; readonly schema: OpenApiSchema }
  /** A property, of a property of a request's body, that is described as required and is not. */
  | { readonly kind: 'optional'; readonly method: Method; readonly path: string; readonly within: string; readonly name: string }
  /** An answer that is not described, or described differently. */
  | { readonly kind: 'answer'; readonly method: Method; readonly path: string; readonly status: number; readonly schema: OpenApiSchema }
  /** A rule of GraphQL that GitHub does not hold queries to. */
  | { readonly kind: 'graphql-rule'; readonly rule: string }
  /** Failures that any operation answers, described for few. */
  | { readonly kind: 'failures'; readonly statuses: readonly number[]; readonly schema: OpenApiSchema };

export const deviations: readonly Deviation[] = [
  {
    id: 'failures-everywhere',
    what: {
      kind: 'failures',
      statuses: [400, 401, 403, 404, 409, 422, 429, 501],
      schema: { $ref: '#/components/schemas/basic-error' },
    },
    reason: 'most operations are described with some of the failures that authentication, permission and validation give everywhere',
    source: 'https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api',
  },
  ...['public-key', '{secret_name}'].map(
    (last): Deviation => ({
      id: `environment-secrets-by-repository-id-${last}`,
      what: {
        kind: 'path',
        path: `/repositories/{repository_id}/environments/{environment_name}/secrets/${last}`,
        as: `/repos/{owner}/{repo}/environments/{environment_name}/secrets/${last}`,
      },
      reason: 'secrets of environments were described by the id of their repository before, and GitHub still answers there',
      source: 'https://github.com/google/go-github/blob/master/github/actions_secrets.go (CreateOrUpdateEnvSecret)',
    }),
  ),
  {
    id: 'administrators-bypass-environment',
    what: {
      kind: 'property',
      method: 'PUT',
      path: '/repos/{owner}/{repo}/environments/{environment_name}',
      name: 'can_admins_bypass',
      schema: { type: 'boolean', nullable: true },
    },
    reason: 'GitHub takes and gives back whether administrators may pass the rules of an environment; its description has it in neither',
    source: 'https://github.com/google/go-github/blob/master/github/repos_environments.go (CreateUpdateEnvironment.CanAdminsBypass)',
  },
  ...(['POST', 'PUT'] as const).flatMap((method) =>
    ['source', 'source_type'].map(
      (name): Deviation => ({
        id: `ruleset-${name}-${method}`,
        what: {
          kind: 'property',
          method,
          path: method === 'POST' ? '/repos/{owner}/{repo}/rulesets' : '/repos/{owner}/{repo}/rulesets/{ruleset_id}',
          name,
          schema: { type: 'string' },
        },
        reason: 'clients send a ruleset as they read it, and GitHub passes over what it knows from the path',
        source: 'https://github.com/google/go-github/blob/master/github/rules.go (RepositoryRuleset.Source, SourceType)',
      }),
    ),
  ),
  ...(['POST /repos/{owner}/{repo}/rulesets', 'PUT /repos/{owner}/{repo}/rulesets/{ruleset_id}'] as const).map((operation): Deviation => {
    const [method, path] = operation.split(' ') as [Method, string];
    return {
      id: `ruleset-causes-as-texts-${method}`,
      what: { kind: 'answer', method, path, status: 422, schema: { $ref: '#/components/schemas/validation-error-simple' } },
      reason: 'a ruleset is refused with a list of texts, where the description has a list of objects',
      source: 'https://github.com/integrations/terraform-provider-github/pull/2660 (the answer to a wrong target pattern)',
    };
  }),
  {
    id: 'installations-of-one-account',
    what: {
      kind: 'answer',
      method: 'GET',
      path: '/app/installations',
      status: 200,
      schema: { type: 'array', items: { $ref: '#/components/schemas/installation' } },
    },
    reason: 'this list alone is described with accounts that are a person and an enterprise at once, as no account is',
    source: 'https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app (its example)',
  },
  {
    id: 'checks-without-contexts',
    what: {
      kind: 'optional',
      method: 'PUT',
      path: '/repos/{owner}/{repo}/branches/{branch}/protection',
      within: 'required_status_checks',
      name: 'contexts',
    },
    reason: 'contexts are described as required and as closing down; GitHub takes checks in their place',
    source: 'https://github.com/google/go-github/blob/master/github/repos.go (RequiredStatusChecks: either contexts or checks)',
  },
  {
    id: 'fields-that-cannot-be-merged',
    what: { kind: 'graphql-rule', rule: 'OverlappingFieldsCanBeMergedRule' },
    reason: 'GitHub answers queries that ask for fields of one name and different nullability in the fragments of different types',
    source:
      'https://github.com/integrations/terraform-provider-github/blob/main/github/util_v4_branch_protection.go (actors are App, Team or User)',
  },
];
