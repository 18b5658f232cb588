import { branchOfRevision, revisionOfBranch } from '../desired/application-revision';
import type { EnvironmentModel, SourceModel } from '../model/platform-model';
import { andText, applicationsOf, environmentPath, presentEnvironments, refOf, sourceText, textAt, trySharedRef } from './environments';
import { type Rule, type RuleContext, type RuleFinding, refSubject } from './rule';

type Sourced = EnvironmentModel & { readonly source: SourceModel };

/** One push or tag that deploys a production tier together with another environment. */
export const simultaneousDeploy: Rule = {
  code: 'SG101',
  name: 'simultaneous-deploy',
  severity: 'error',
  explain: {
    title: 'one event deploys production together with another environment',
    refuses:
      'A push to a branch, or a tag, that deploys a production-tier environment at the same moment as another environment: both have that ref as their source, or the Application of production follows the branch of another environment.',
    why: 'What the other environment was meant to find out comes too late: production already runs the release.',
    example: [
      "const staging = new Environment(platform, 'staging', { tier: Tier.staging, target, source: repository.branch('main') });",
      "const production = new Environment(platform, 'production', { tier: Tier.production, target, source: repository.branch('main') });",
    ].join('\n'),
    remedy:
      'Drop the source of production and promote releases into it, or give production a source of its own with an environment before it.',
  },
  check: ({ model, desired }) => [
    ...sharedSources(presentEnvironments(model)),
    ...presentEnvironments(model)
      .filter(({ tier }) => tier === 'production')
      .flatMap((environment) => followedBranches({ model, desired }, environment)),
  ],
  explored: (violation, { model }) => {
    if (violation.kind !== 'simultaneous') return undefined;
    const environment = violation.environment ?? '';
    const together = violation.together ?? [];
    return {
      path: environmentPath(model, environment),
      message: violation.message,
      given: `one event deploys ${andText([...together, environment])}`,
      expected: `${environment} fed by promotion`,
      remedy: `promote releases into ${environment}, each after it was healthy in another environment`,
    };
  },
};

function sharedSources(environments: readonly EnvironmentModel[]): RuleFinding[] {
  const sourced = environments.filter((environment): environment is Sourced => environment.source !== undefined);
  const reported = new Set<string>();
  return sourced
    .filter(({ tier }) => tier === 'production')
    .flatMap((production) => {
      const overlapping = sourced.filter(
        (other) => other !== production && trySharedRef(production.source, other.source) !== undefined && !reported.has(other.name),
      );
      if (overlapping.length === 0) return [];
      reported.add(production.name);
      // One ref that deploys them all, else one that deploys the first of them: the others show up once that is repaired.
      const together =
        trySharedRef(production.source, ...overlapping.map(({ source }) => source)) === undefined ? overlapping.slice(0, 1) : overlapping;
      return [sharedSource(production, together)];
    });
}

function sharedSource(production: Sourced, together: readonly Sourced[]): RuleFinding {
  const { source, name } = production;
  const all = [...together, production];
  const same = together.every((other) => other.source.pattern === source.pattern);
  const ref = trySharedRef(source, ...together.map((other) => other.source)) ?? source.pattern;
  const event = source.kind === 'branch' ? `a push to ${ref}` : same ? `a tag that matches ${ref}` : `a tag such as ${ref}`;
  const upstream = (together.find(({ tier }) => tier === 'staging') ?? together[0])?.name ?? '';
  const tags = source.kind === 'tags' ? source.pattern : 'v*.*.*';
  return {
    path: production.path,
    message: `${event} deploys ${andText(all.map((one) => one.name))} at once`,
    given: same
      ? `${andText(all.map((one) => `${one.name}.source`))} are ${all.length === 2 ? 'both' : 'all'} ${sourceText(source)}`
      : `${andText(all.map((one) => `${one.name}.source is ${sourceText(one.source)}`))}`,
    expected: `${name} fed by promotion from ${upstream}`,
    remedy: `drop ${name}.source; add new PromotionPolicy(…, { from: ${upstream}, to: ${name}, on: repository.tags('${tags}') })`,
    about: { environments: [name], refs: [refSubject(source.repository, refOf(source))] },
  };
}

function followedBranches({ model, desired }: Pick<RuleContext, 'model' | 'desired'>, production: EnvironmentModel): RuleFinding[] {
  return applicationsOf(desired, production.name).flatMap((application) => {
    const revision = branchOfRevision(textAt(application, 'spec', 'source', 'targetRevision') ?? '');
    const other = desired.delivery.environments.find(({ branch, name }) => branch === revision && name !== production.name);
    if (other === undefined) return [];
    return [
      {
        path: production.path,
        message: `a merge to ${other.branch} deploys ${other.name} and ${production.name} at once`,
        given: `Application ${application.metadata.name} of ${production.name} follows ${other.branch}`,
        expected: `targetRevision: ${revisionOfBranch(desired.delivery.environments.find(({ name }) => name === production.name)?.branch ?? '')}`,
        remedy: `drop the override of targetRevision in ${production.name}`,
        about: { environments: [production.name], refs: [refSubject(model.program.repository, `refs/heads/${other.branch}`)] },
      },
    ];
  });
}
