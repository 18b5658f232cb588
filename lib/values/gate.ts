import type { IConstruct } from 'constructs';
import type { Check } from './check';
import type { Duration } from './duration';

/** A suite as a gate refers to it. */
export interface SuiteReference extends IConstruct {
  readonly suiteName: string;
}

/** Who must be among the approvers: members of a team, or named people. */
export type ApproverGroup =
  | { readonly team: string; readonly count?: number }
  | { readonly people: readonly string[]; readonly count?: number };

/** The release is healthy in the environment it comes from: last reported state, for every service. */
export interface HealthyGate {
  readonly kind: 'healthy';
}

/** The release was healthy there for this long without interruption. */
export interface SoakGate {
  readonly kind: 'soak';
  readonly duration: Duration;
}

/** A declared suite passed against the environment it comes from, for this release. */
export interface VerifiedGate {
  readonly kind: 'verified';
  readonly suite: SuiteReference;
}

/** People approved this promotion at this head; authors and the initiator do not count. */
export interface ApprovalsGate {
  readonly kind: 'approvals';
  /** Approvals of different people, groups included. */
  readonly total: number;
  readonly including: readonly ApproverGroup[];
  /** Whether one person may stand for one group only. */
  readonly distinct: boolean;
}

/** A person asks: for the promotion itself, or, `at: 'sync'`, by syncing a manual environment in Argo CD. */
export interface ManualGate {
  readonly kind: 'manual';
  readonly at: 'promotion' | 'sync';
}

/** A check of a declared app succeeded on the release's source commit. */
export interface CheckGate {
  readonly kind: 'check';
  readonly check: Check;
}

export type Gate = HealthyGate | SoakGate | VerifiedGate | ApprovalsGate | ManualGate | CheckGate;

export interface ApprovalsGateProps {
  /** Approvals of different people that are needed in all, 1 to 10. */
  readonly total: number;
  /** Groups that must be among them. @default none */
  readonly including?: readonly ApproverGroup[];
  /** Whether one person may stand for one group only. @default true */
  readonly distinct?: boolean;
}

export const Gate = {
  healthy(): HealthyGate {
    return { kind: 'healthy' };
  },
  soak(duration: Duration): SoakGate {
    return { kind: 'soak', duration };
  },
  verified(suite: SuiteReference): VerifiedGate {
    return { kind: 'verified', suite };
  },
  approvals(props: ApprovalsGateProps): ApprovalsGate {
    return { kind: 'approvals', total: props.total, including: props.including ?? [], distinct: props.distinct ?? true };
  },
  manual(props: { readonly at?: 'promotion' | 'sync' } = {}): ManualGate {
    return { kind: 'manual', at: props.at ?? 'promotion' };
  },
  check(check: Check): CheckGate {
    return { kind: 'check', check };
  },
};
