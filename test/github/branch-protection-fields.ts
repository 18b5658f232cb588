import { may } from './access';
import { type BranchProtection, protect, protectionNodeId, tryProtection, unprotect, unprotected } from './branch-protection';
import { connection, type GraphQlContext, GraphQlFailure, type GraphQlField } from './graphql-field';
import { nodeFields, repositoryFields } from './lookup-fields';
import { tryNode } from './nodes';
import { refuseProtectionByPlan } from './plans';
import { ApiError } from './route';
import type { Repository } from './world';

const administering = { role: 'admin', app: ['administration', 'write'] } as const;

/** What the mutations take; what is left out stays. */
type Input = Readonly<Record<string, unknown>> & {
  readonly requiredStatusCheckContexts?: readonly string[];
  readonly requiredStatusChecks?: readonly { readonly context: string; readonly appId?: string | null }[];
  readonly pushActorIds?: readonly string[];
  readonly bypassPullRequestActorIds?: readonly string[];
  readonly bypassForcePushActorIds?: readonly string[];
  readonly reviewDismissalActorIds?: readonly string[];
  readonly clientMutationId?: string;
};

/** Classic protection of all branches of a pattern. */
export const branchProtectionFields: Readonly<Record<string, GraphQlField>> = {
  createBranchProtectionRule: async (given, context) => {
    const input = given.input as Input & { readonly repositoryId: string; readonly pattern: string };
    const node = tryNode(context.world, input.repositoryId);
    if (node?.kind !== 'repository') return missing(input.repositoryId);
    await allow(node.repository, context, 'CreateBranchProtectionRule');
    refusePattern(node.repository, input.pattern);
    return keep(node.repository, { ...unprotected, id: context.world.nextId(), pattern: input.pattern }, input);
  },
  updateBranchProtectionRule: async (given, context) => {
    const input = given.input as Input & { readonly branchProtectionRuleId: string; readonly pattern?: string };
    const { repository, protection } = protectionOf(context, input.branchProtectionRuleId);
    await allow(repository, context, 'UpdateBranchProtectionRule');
    if (input.pattern !== undefined && input.pattern !== protection.pattern) refusePattern(repository, input.pattern);
    return keep(repository, { ...protection, pattern: input.pattern ?? protection.pattern }, input);
  },
  deleteBranchProtectionRule: async (given, context) => {
    const input = given.input as Input & { readonly branchProtectionRuleId: string };
    const { repository, protection } = protectionOf(context, input.branchProtectionRuleId);
    await allow(repository, context, 'DeleteBranchProtectionRule');
    await unprotect(repository, protection);
    return { clientMutationId: input.clientMutationId ?? null };
  },
};

function missing(id: string): never {
  throw new GraphQlFailure('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
}

function protectionOf({ world }: GraphQlContext, id: string): { readonly repository: Repository; readonly protection: BranchProtection } {
  const node = tryNode(world, id);
  return node?.kind === 'protection' ? node : missing(id);
}

async function allow(repository: Repository, { caller }: GraphQlContext, mutation: string): Promise<void> {
  if (may(repository, caller, administering)) {
    return inWordsOfGraphQl('FORBIDDEN', async () => refuseProtectionByPlan(repository));
  }
  const who = caller.kind === 'person' ? caller.login : caller.slug;
  throw new GraphQlFailure('FORBIDDEN', `${who} does not have the correct permissions to execute \`${mutation}\``);
}

function refusePattern(repository: Repository, pattern: string): void {
  if (tryProtection(repository, pattern) !== undefined) throw new GraphQlFailure('UNPROCESSABLE', `Name already protected: ${pattern}`);
}

/** A refusal of the REST interface in the words of this one. */
async function inWordsOfGraphQl<T>(type: 'FORBIDDEN' | 'UNPROCESSABLE', act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ApiError) throw new GraphQlFailure(type, error.message);
    throw error;
  }
}

async function keep(repository: Repository, before: BranchProtection, input: Input): Promise<unknown> {
  const checks = input.requiredStatusChecks?.map(({ context, appId }) => ({ context, ...appOf(appId) }));
  const settings = Object.fromEntries(
    switches.flatMap((name) => (input[name] === undefined || input[name] === null ? [] : [[name, input[name]]])),
  );
  const after: BranchProtection = {
    ...before,
    ...settings,
    checks: checks ?? input.requiredStatusCheckContexts?.map((context) => ({ context })) ?? before.checks,
    pushActors: input.pushActorIds ?? before.pushActors,
    bypassPullRequestActors: input.bypassPullRequestActorIds ?? before.bypassPullRequestActors,
    bypassForcePushActors: input.bypassForcePushActorIds ?? before.bypassForcePushActors,
    reviewDismissalActors: input.reviewDismissalActorIds ?? before.reviewDismissalActors,
  };
  await inWordsOfGraphQl('UNPROCESSABLE', () => protect(repository, after));
  return { clientMutationId: input.clientMutationId ?? null, branchProtectionRule: protectionFields(repository, after) };
}

/** The id of an app's node; `any` and nothing stand for every app. */
function appOf(node: string | null | undefined): { readonly app?: number } {
  const id = Number(/^A_(\d+)$/.exec(node ?? '')?.[1]);
  return Number.isNaN(id) ? {} : { app: id };
}

/** Settings that have one name in GraphQL and in what is kept. */
const switches = [
  'allowsDeletions',
  'allowsForcePushes',
  'blocksCreations',
  'dismissesStaleReviews',
  'isAdminEnforced',
  'lockAllowsFetchAndMerge',
  'lockBranch',
  'requireLastPushApproval',
  'requiredApprovingReviewCount',
  'requiresApprovingReviews',
  'requiresCodeOwnerReviews',
  'requiresCommitSignatures',
  'requiresConversationResolution',
  'requiresLinearHistory',
  'requiresStatusChecks',
  'requiresStrictStatusChecks',
  'restrictsPushes',
  'restrictsReviewDismissals',
] as const satisfies readonly (keyof BranchProtection)[];

export function protectionFields(repository: Repository, protection: BranchProtection): Readonly<Record<string, unknown>> {
  const allowances = (actors: readonly string[]) => () => {
    const nodes = actors.flatMap((id) => tryNode(repository.world, id) ?? []);
    return connection(nodes.map((node) => ({ actor: nodeFields(repository.world, node) })));
  };
  return {
    __typename: 'BranchProtectionRule',
    id: protectionNodeId(protection),
    databaseId: protection.id,
    pattern: protection.pattern,
    ...Object.fromEntries(switches.map((name) => [name, protection[name]])),
    requiredStatusCheckContexts: protection.checks.map(({ context }) => context),
    requiredStatusChecks: protection.checks.map(({ context }) => ({ context })),
    repository: () => repositoryFields(repository),
    pushAllowances: allowances(protection.pushActors),
    bypassPullRequestAllowances: allowances(protection.bypassPullRequestActors),
    bypassForcePushAllowances: allowances(protection.bypassForcePushActors),
    reviewDismissalAllowances: allowances(protection.reviewDismissalActors),
  };
}
