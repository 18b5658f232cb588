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
  /** An answer that is not described. */
  | { readonly kind: 'answer'; readonly method: Method; readonly path: string; readonly status: number; readonly schema?: OpenApiSchema }
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
  {
    id: 'fields-that-cannot-be-merged',
    what: { kind: 'graphql-rule', rule: 'OverlappingFieldsCanBeMergedRule' },
    reason: 'GitHub answers queries that ask for fields of one name and different nullability in the fragments of different types',
    source:
      'https://github.com/integrations/terraform-provider-github/blob/main/github/util_v4_branch_protection.go (actors are App, Team or User)',
  },
];
