/** An actor that a branch protection exempts. */
export type Bypass =
  | { readonly kind: 'app'; readonly slug: string; readonly id: number; readonly mode: BypassMode }
  | { readonly kind: 'team'; readonly slug: string; readonly mode: BypassMode }
  | { readonly kind: 'role'; readonly role: 'admin' | 'maintain' | 'write'; readonly mode: BypassMode }
  | { readonly kind: 'organization-admin'; readonly mode: BypassMode };

/** `always`, or only to merge a pull request that the rules would hold back. */
export type BypassMode = 'always' | 'pull_request';

export const Bypass = {
  app(slug: string, props: { readonly id: number; readonly mode?: BypassMode }): Bypass {
    return { kind: 'app', slug, id: props.id, mode: props.mode ?? 'always' };
  },
  team(slug: string, props: { readonly mode?: BypassMode } = {}): Bypass {
    return { kind: 'team', slug, mode: props.mode ?? 'always' };
  },
  role(role: 'admin' | 'maintain' | 'write', props: { readonly mode?: BypassMode } = {}): Bypass {
    return { kind: 'role', role, mode: props.mode ?? 'always' };
  },
  organizationAdmin(props: { readonly mode?: BypassMode } = {}): Bypass {
    return { kind: 'organization-admin', mode: props.mode ?? 'always' };
  },
};

/** What leads back from a release that is bad in an environment. */
export type Rollback =
  | { readonly kind: 'manual'; readonly approvals: number }
  /** By itself, once, when a release fails or degrades; the bad release is quarantined. A person's rollback stays possible. */
  | { readonly kind: 'automatic' };

export const Rollback = {
  /** A person rolls back, with a reason, and with approvals when the policy asks for them. */
  manual(props: { readonly approvals?: number } = {}): Rollback {
    return { kind: 'manual', approvals: props.approvals ?? 0 };
  },
  automatic(): Rollback {
    return { kind: 'automatic' };
  },
};
