import { pairs, presentEnvironments, refOf, sourceText, trySharedRef } from './environments';
import { type Rule, refSubject } from './rule';

/** One ref that feeds two environments below production. */
export const overlappingSources: Rule = {
  code: 'SG204',
  name: 'overlapping-sources',
  severity: 'error',
  explain: {
    title: 'one push feeds two environments',
    refuses:
      'Two environments whose sources are the same branch, or tag patterns that one tag can match (`v*` and `v1.*`). Where one of them is production, it is SG101.',
    why: 'Two releases are born from one commit, each with its own build, and it is left to chance which one is promoted.',
    example:
      "new Environment(platform, 'dev', { …, source: repository.tags('v*') });\nnew Environment(platform, 'qa', { …, source: repository.tags('v1.*') });",
    remedy: 'Promote from one environment to the other, or choose patterns that no ref matches twice.',
  },
  check: ({ model }) =>
    pairs(presentEnvironments(model).filter(({ tier }) => tier !== 'production')).flatMap(([one, other]) => {
      if (one.source === undefined || other.source === undefined) return [];
      const ref = trySharedRef(one.source, other.source);
      if (ref === undefined) return [];
      return [
        {
          path: other.path,
          message: `${one.source.kind === 'branch' ? `a push to ${ref}` : `a tag such as ${ref}`} makes a release for ${one.name} and another one for ${other.name}`,
          given: `${one.name}.source is ${sourceText(one.source)}, ${other.name}.source is ${sourceText(other.source)}`,
          expected: 'sources that no ref matches twice',
          remedy: `drop ${other.name}.source; add new PromotionPolicy(…, { from: ${one.name}, to: ${other.name}, gates: [Gate.healthy()] })`,
          about: {
            environments: [other.name],
            refs: [refSubject(one.source.repository, refOf(one.source)), refSubject(other.source.repository, refOf(other.source))],
          },
        },
      ];
    }),
};
