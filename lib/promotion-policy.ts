import { Construct } from 'constructs';
import { type Environment, wholeNumber } from './environment';
import { assertReference, isNoun, markNoun, openScope } from './noun';
import type { Platform } from './platform';
import type { Rollback } from './values/bypass';
import { refuse, shown } from './values/diagnostic';
import { seconds } from './values/duration';
import type { Gate } from './values/gate';
import type { Source } from './values/source';

export interface PromotionPolicyProps {
  /** Where releases come from. */
  readonly from: Environment;
  /** Where they go. */
  readonly to: Environment;
  /** What must hold, evaluated on the open promotion. */
  readonly gates: readonly Gate[];
  /** A release is proposed only while the head of this ref has the tree of its source commit. @default as soon as it was first healthy in `from` */
  readonly on?: Source;
  /** The newest release that satisfies all gates, or each in order. @default 'newest' */
  readonly select?: 'newest' | 'each';
  /** Whether the receiving environment builds anew; what was tested is then not what runs. @default false */
  readonly rebuild?: boolean;
  /** What leads back. @default Rollback.manual() */
  readonly rollback?: Rollback;
}

/** An edge of the promotion graph: how releases move from one environment to another. */
export class PromotionPolicy extends Construct {
  static isPromotionPolicy(value: unknown): value is PromotionPolicy {
    return isNoun(value, 'policy');
  }

  readonly policyName: string;
  readonly props: PromotionPolicyProps;

  constructor(scope: Platform, id: string, props: PromotionPolicyProps) {
    super(openScope(scope, id), id);
    markNoun(this, 'policy');
    const path = this.node.path;
    assertReference(this, props.from, 'environment', 'from');
    assertReference(this, props.to, 'environment', 'to');
    if (props.on !== undefined) assertReference(this, props.on.repository, 'repository', 'the repository of on');
    for (const gate of props.gates) checkGate(this, gate, path);
    if (props.rollback?.kind === 'manual') wholeNumber(props.rollback.approvals, 0, 10, 'rollback.approvals', path);
    this.policyName = id;
    this.props = props;
  }
}

function checkGate(policy: PromotionPolicy, gate: Gate, path: string): void {
  switch (gate.kind) {
    case 'healthy':
    case 'manual':
    case 'check':
      return;
    case 'soak':
      seconds(gate.duration, path);
      return;
    case 'verified':
      assertReference(policy, gate.suite, 'suite', 'the suite of a gate');
      return;
    case 'approvals': {
      wholeNumber(gate.total, 1, 10, 'approvals.total', path);
      const demanded = gate.including.reduce((sum, group) => sum + (group.count ?? 1), 0);
      const empty = gate.including.find(
        (group) => ('team' in group ? group.team === '' : group.people.length === 0) || (group.count ?? 1) < 1,
      );
      if (empty !== undefined || (gate.distinct && demanded > gate.total)) {
        refuse({
          code: 'SG017',
          name: 'invalid-gate',
          path,
          message: 'approvals that cannot add up',
          given: shown({ total: gate.total, including: gate.including }),
          expected: 'groups with a team or people, whose counts together are at most the total',
          remedy: 'raise total, or ask for fewer people of a group',
        });
      }
      return;
    }
    default: {
      refuse({
        code: 'SG017',
        name: 'invalid-gate',
        path,
        message: 'no such gate',
        given: shown(gate satisfies never),
        expected: 'a gate made by Gate',
        remedy: 'use Gate.healthy(), Gate.soak(…), Gate.verified(…), Gate.approvals(…), Gate.manual() or Gate.check(…)',
      });
    }
  }
}
