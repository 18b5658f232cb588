import type { DesiredBypassActor, DesiredRuleset, DesiredState } from '../desired/desired-state';
import { rulesetsOf } from '../explorer/github';
import type { PlatformModel } from '../model/platform-model';
import { actorText, rulesOf, tryPullRequestRule, tryRepository } from './applied-rules';
import { andText, refOf, sourceText } from './environments';
import { isProgramBranch, protectionPath, type ReleaseRef, releaseRefs, samplesOf } from './release-refs';
import { type Rule, type RuleFinding, refSubject } from './rule';

/** A branch or tag that decides about an environment and is protected less than its tier demands. */
export const weakProtection: Rule = {
  code: 'SG401',
  name: 'weak-protection',
  severity: 'error',
  explain: {
    title: 'a source is protected less than its environment demands',
    refuses: [
      'A branch that is the source of an environment, or that a policy into it waits for, without what the tier of the environment demands:',
      '  development  no force pushes, no deletion',
      '  staging      also: changes by pull request',
      '  production   also: at least one approval, which a new push voids, and nobody exempt',
      'A tag that releases: restricted creation; no update, no deletion, no force push, nobody exempt. The program branch is SG405.',
    ].join('\n'),
    why: 'Releases are born from these refs. Who can rewrite one takes the history from under the releases that run; who can push to one ships.',
    example:
      "new Environment(platform, 'staging', { tier: Tier.staging, target, source: repository.branch('develop') });  // and no BranchProtection for develop",
    remedy: 'Declare a BranchProtection for the ref, with what the finding names.',
  },
  check: ({ model, desired }) =>
    releaseRefs(model)
      .filter(({ source }) => !isProgramBranch(model, source))
      .flatMap((releaseRef) =>
        releaseRef.source.kind === 'branch' ? branchFindings(model, desired, releaseRef) : tagFindings(model, desired, releaseRef),
      ),
  explored: (violation, { model }) => {
    if (violation.kind !== 'protection') return undefined;
    const source = {
      kind: violation.ref?.startsWith('refs/tags/') ? ('tags' as const) : ('branch' as const),
      repository: violation.repository ?? '',
      pattern: (violation.ref ?? '').replace(/^refs\/(heads|tags)\//, ''),
    };
    return {
      path: protectionPath(model, source),
      message: violation.message,
      given: `a way onto ${sourceText(source)}`,
      expected: 'no way past what the protection declares',
      remedy: 'close the way that the sequence shows',
    };
  },
};

function rulesetsFor(desired: DesiredState, { source }: ReleaseRef, ref: string): DesiredRuleset[] {
  const repository = tryRepository(desired, source.repository);
  return repository === undefined ? [] : [...rulesetsOf(repository, ref)];
}

function findingOn(model: PlatformModel, releaseRef: ReleaseRef) {
  const { source, tier, environments } = releaseRef;
  const names = andText([...new Set(environments.map(({ name }) => name))]);
  return (message: string, given: string, expected: string, remedy: string): RuleFinding => ({
    path: protectionPath(model, source),
    message: `${message}: ${sourceText(source)}, which decides about ${names}`,
    given,
    expected: `${expected}, as tier ${tier} demands`,
    remedy,
    about: { refs: [refSubject(source.repository, refOf(source)), refSubject(source.repository, releaseRef.ref)] },
  });
}

function branchFindings(model: PlatformModel, desired: DesiredState, releaseRef: ReleaseRef): RuleFinding[] {
  const { tier, source, ref } = releaseRef;
  const rulesets = rulesetsFor(desired, releaseRef, ref);
  const finding = findingOn(model, releaseRef);
  const declare = `declare new BranchProtection(…, { ref: repository.branch('${source.pattern}'), … })`;
  const findings: RuleFinding[] = [];
  if (rulesOf(rulesets, 'non_fast_forward').length === 0)
    findings.push(finding('history can be rewritten', 'force pushes allowed', 'no force pushes', declare));
  if (rulesOf(rulesets, 'deletion').length === 0)
    findings.push(finding('the branch can be deleted', 'deletion allowed', 'no deletion', declare));
  if (tier === 'development') return findings;
  const pullRequest = tryPullRequestRule(rulesets);
  if (pullRequest === undefined)
    return [
      ...findings,
      finding('anybody with write access pushes without a pull request', 'direct pushes allowed', 'changes by pull request', declare),
    ];
  if (tier === 'staging') return findings;
  if (pullRequest.approvals < 1)
    findings.push(
      finding('nobody has to approve a change', 'approvals: 0', 'approvals of at least 1', 'raise approvals of the protection to 1'),
    );
  else if (!pullRequest.dismissStale)
    findings.push(
      finding('what is pushed after an approval is not approved', 'dismissStale: false', 'dismissStale: true', 'leave dismissStale out'),
    );
  // On a branch that a policy waits for, an exempt actor is SG403.
  const exempt = releaseRef.gate ? [] : rulesets.flatMap(({ bypass_actors }) => bypass_actors);
  if (exempt.length > 0)
    findings.push(
      finding(`${actors(exempt, desired)} pass over the protection`, 'bypass actors', 'nobody exempt', 'drop bypass from the protection'),
    );
  return findings;
}

function tagFindings(model: PlatformModel, desired: DesiredState, releaseRef: ReleaseRef): RuleFinding[] {
  const weak = samplesOf(releaseRef).map((ref) => sampleFindings(model, desired, releaseRef, ref));
  return weak.find((findings) => findings.length > 0) ?? [];
}

function sampleFindings(model: PlatformModel, desired: DesiredState, releaseRef: ReleaseRef, ref: string): RuleFinding[] {
  const { source } = releaseRef;
  const rulesets = rulesetsFor(desired, releaseRef, ref);
  const finding = findingOn(model, releaseRef);
  const declare = `declare new BranchProtection(…, { ref: repository.tags('${source.pattern}'), bypass: […] })`;
  const findings: RuleFinding[] = [];
  if (rulesOf(rulesets, 'creation').length === 0)
    findings.push(finding('anybody with write access tags a release', 'creation allowed', 'restricted creation', declare));
  const movable = (['update', 'deletion', 'non_fast_forward'] as const).filter((type) => rulesOf(rulesets, type).length === 0);
  if (movable.length > 0)
    findings.push(
      finding('a tag can be moved after it released', `no rule ${movable.join(', ')}`, 'no update, deletion or force push', declare),
    );
  const exempt = rulesets
    .filter(({ rules }) => rules.some(({ type }) => type !== 'creation'))
    .flatMap(({ bypass_actors }) => bypass_actors);
  if (exempt.length > 0 && !releaseRef.gate)
    findings.push(
      finding(
        `${actors(exempt, desired)} may move a tag after it released`,
        'bypass actors',
        'nobody exempt',
        'drop bypass from that ruleset',
      ),
    );
  return findings;
}

function actors(bypass: readonly DesiredBypassActor[], desired: DesiredState): string {
  return andText([...new Set(bypass.map((actor) => actorText(actor, desired)))]);
}
