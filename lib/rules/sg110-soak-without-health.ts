import { durationText } from '../values/duration';
import type { Rule } from './rule';

/** A soak that nobody has asked to be healthy. */
export const soakWithoutHealth: Rule = {
  code: 'SG110',
  name: 'soak-without-health',
  severity: 'error',
  explain: {
    title: 'a soak without a health gate',
    refuses: 'Gate.soak(…) on a policy that has no Gate.healthy().',
    why: 'A soak says for how long a release has run well. It does not say that the release is well now: one that degrades after its soak would still be promoted.',
    example: "new PromotionPolicy(platform, 'dev-to-staging', { from: dev, to: staging, gates: [Gate.soak('30s')] });",
    remedy: 'Put Gate.healthy() beside the soak.',
  },
  check: ({ model }) =>
    model.policies.flatMap((policy) => {
      const soak = policy.gates.find((gate) => gate.kind === 'soak');
      if (soak === undefined || policy.gates.some(({ kind }) => kind === 'healthy')) return [];
      return [
        {
          path: policy.path,
          message: `releases are promoted to ${policy.to} without being healthy at that time`,
          given: `gates ${policy.gates.map(({ id }) => id).join(', ')} with a soak of ${durationText(soak.seconds)} in ${policy.from}`,
          expected: 'Gate.healthy() beside Gate.soak(…)',
          remedy: `add Gate.healthy() to the gates of ${policy.name}`,
          about: { environments: [policy.to] },
        },
      ];
    }),
};
