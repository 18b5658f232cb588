import type { Tier } from '../values/tier';

/** What keeps a resource from being lost by mistake. */
export interface Guard {
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

/** A row of the one table of guards. */
export interface GuardRule extends Guard {
  /** End of the type token. */
  readonly type: string;
  /** Which resources of the type; all when absent. */
  readonly which?: string;
  /** Tiers in which it holds; for repositories, if an environment of the tier exists. */
  readonly tiers: readonly Tier[];
  readonly why: string;
}

/**
 * What is guarded. Everything else comes and goes with the program, whose changes are reviewed: a guard on it would only stop what somebody
 * decided.
 */
export const GUARDS = {
  namespace: {
    type: 'Namespace',
    tiers: ['production'],
    protect: true,
    retainOnDelete: false,
    why: 'deleting or replacing it deletes everything that lies in it',
  },
  application: {
    type: 'Application',
    tiers: ['production'],
    protect: true,
    retainOnDelete: false,
    why: 'it is deleted first, so that a stack of production that is destroyed unseen keeps all that comes after it',
  },
  volumeClaim: {
    type: 'PersistentVolumeClaim',
    tiers: ['production'],
    protect: false,
    retainOnDelete: true,
    why: 'data outlive the release that asked for their volume',
  },
  deliveryRuleset: {
    type: 'RepositoryRuleset',
    which: 'on the refs that deliveries go through, and on the program branch',
    tiers: ['production'],
    protect: true,
    retainOnDelete: false,
    why: 'without it the gates are decoration; no change of the program drops it',
  },
  secretsEnvironment: {
    type: 'RepositoryEnvironment',
    which: 'with the key of an app, or of an environment in production',
    tiers: ['production'],
    protect: true,
    retainOnDelete: false,
    why: 'GitHub deletes its secrets with it, and nobody can read them back',
  },
  actionsPermissions: {
    type: 'ActionsRepositoryPermissions',
    tiers: ['production'],
    protect: false,
    retainOnDelete: true,
    why: 'deleting it lets every action run, whatever was allowed before',
  },
} as const satisfies Readonly<Record<string, GuardRule>>;

const NONE: Guard = { protect: false, retainOnDelete: false };

/** The guard of a row in a tier. */
export function guarded(rule: GuardRule | undefined, tiers: readonly Tier[]): Guard {
  if (rule === undefined || !tiers.some((tier) => rule.tiers.includes(tier))) return NONE;
  return { protect: rule.protect, retainOnDelete: rule.retainOnDelete };
}
