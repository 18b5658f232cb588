import { tryEnvironment } from './environments';
import type { Rule } from './rule';

/** Production builds anew. */
export const untestedRebuild: Rule = {
  code: 'SG107',
  name: 'untested-rebuild',
  severity: 'warning',
  explain: {
    title: 'production runs another image than the one that was tested',
    refuses: '`rebuild: true` on a policy into a production-tier environment.',
    why: 'Two builds of one commit differ: base images, packages and tools move between them. What the gates judged is then not what production runs.',
    example: "new PromotionPolicy(platform, 'staging-to-prod', { from: staging, to: prod, rebuild: true, gates: [Gate.healthy()] });",
    remedy: 'Promote the release: the same digests, tagged again for people where a tag is wanted.',
  },
  check: ({ model }) =>
    model.policies
      .filter(({ rebuild, to }) => rebuild && tryEnvironment(model, to)?.tier === 'production')
      .map((policy) => ({
        path: policy.path,
        message: `${policy.to} builds anew: the image that was tested in ${policy.from} is not the image that is deployed`,
        given: 'rebuild: true',
        expected: `the digests that ran in ${policy.from}`,
        remedy: `drop rebuild from ${policy.name}`,
      })),
};
