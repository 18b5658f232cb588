import { tryEnvironment } from './environments';
import type { Rule } from './rule';

/** A promotion into production that nothing leads back from. */
export const noWayBack: Rule = {
  code: 'SG108',
  name: 'no-way-back',
  severity: 'warning',
  explain: {
    title: 'no way back from a promotion into production',
    refuses:
      'A policy into a production-tier environment that has no rollback lane: neither a person nor a failed health check can put the last good release back.',
    why: 'The way back is needed on the worst day. Without a lane for it, the way back is the way forward: a new release through every gate.',
    example: 'a compiled edge with lanes: [{ kind: "normal" }]',
    remedy: 'Declare rollback: Rollback.manual(), the default, or Rollback.automatic().',
  },
  check: ({ model, desired }) =>
    desired.delivery.edges
      .filter(({ to, lanes }) => tryEnvironment(model, to)?.tier === 'production' && !lanes.some(({ kind }) => kind !== 'normal'))
      .map((edge) => ({
        path: model.policies.find(({ name }) => name === edge.policy)?.path ?? model.name,
        message: `nothing leads back from a bad release in ${edge.to}`,
        given: `lanes ${edge.lanes.map(({ kind }) => kind).join(', ') || 'none'}`,
        expected: 'a lane manual-rollback or automatic-rollback',
        remedy: `add rollback: Rollback.manual() to ${edge.policy}`,
      })),
};
