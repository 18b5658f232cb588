import { compile } from 'stagegate';
import type { EnvironmentModel, PlatformModel, PolicyModel, ProtectionModel, RepositoryModel } from '../../../lib/model/platform-model';
import { type Draft, edited, environmentOf, openluffy } from '../../compile/model-fixture';
import { policyChanges } from './changes';
import { loosenings } from './loosenings';
import { openluffyModel, STRICT } from './openluffy-program';
import { unordered } from './unordered';

const model = openluffy();
const base = { desired: compile(model) };

/** Fields whose value is demanded of somebody: those of which some program of this folder demands less, or something else. */
const DEMANDED = new Set<string>([...loosenings, ...unordered].map(({ field }) => field));
const demandedOf = (noun: string): string[] =>
  [...DEMANDED].flatMap((field) => (field.startsWith(`${noun}.`) ? [field.slice(noun.length + 1)] : []));

/** Fields that demand nothing, each with another value than it has. */
const OTHERS: {
  readonly environment: Partial<EnvironmentModel>;
  readonly policy: Partial<PolicyModel>;
  readonly protection: Partial<ProtectionModel>;
  readonly repository: Partial<RepositoryModel>;
} = {
  environment: {
    host: 'shop.openluffy.local',
    tls: { kind: 'secret', secret: 'tls' },
    data: 'synthetic',
    logLevel: 'debug',
    settings: { A: 'b' },
    limits: { cpu: '9', memory: '9Gi', pods: 90 },
    imageTag: { prefix: 'other', length: 12 },
    revisionHistory: 3,
    targetSeconds: 60,
  },
  // What is built anew comes from a source of the environment, which is a way into it.
  policy: { rebuild: true },
  protection: {},
  // Which repository holds deliveries: of another one nothing is compared.
  repository: { delivery: false, defaultBranch: 'develop' },
};

/** How the nouns themselves are called. */
const NAMES = ['path', 'name'];

const fields = {
  environment: environmentOf(model, 'dev'),
  policy: model.policies.find(({ on }) => on !== undefined) as PolicyModel,
  protection: model.protections[0] as ProtectionModel,
  repository: model.repositories[0] as RepositoryModel,
};

test.each(['environment', 'policy', 'protection', 'repository'] as const)(
  'of the model, every field of %s is a demand or known to be none',
  (noun) => {
    expect(Object.keys(fields[noun]).sort()).toEqual([...NAMES, ...demandedOf(noun), ...Object.keys(OTHERS[noun])].sort());
  },
);

test.each([...loosenings, ...unordered])('$what changes $field of the model', ({ edits, field, ...row }) => {
  const strict = 'strict' in row ? STRICT : [];
  const [noun = '', name = ''] = field.split('.');
  const valuesOf = ({ environments, policies, protections, repositories, services, suites, ...whole }: PlatformModel): unknown[] => {
    const nouns: Readonly<Record<string, readonly object[]>> = {
      environment: environments,
      policy: policies,
      protection: protections,
      repository: repositories,
      service: services,
      suite: suites,
      platform: [whole],
    };
    return (nouns[noun] ?? []).map((one) => (one as Readonly<Record<string, unknown>>)[name]);
  };
  const [before, after] = [strict, [...strict, ...edits]].map((all) => valuesOf(openluffyModel(all)));
  expect(before).not.toEqual(after);
});

test.each(Object.entries(OTHERS.environment))('%s of an environment is no demand', (field, value) => {
  const head = edited(model, (draft) => {
    for (const environment of draft.environments) Object.assign(environment, { [field]: value } as Partial<Draft<EnvironmentModel>>);
  });
  expect(policyChanges(base, { desired: compile(head) })).toEqual([]);
});

test('whether an edge builds anew is no demand by itself', () => {
  const head = edited(model, (draft) => {
    for (const policy of draft.policies) policy.rebuild = true;
  });
  expect(policyChanges(base, { desired: compile(head) })).toEqual([]);
});

test('the default branch of a repository is no demand by itself', () => {
  const head = edited(model, (draft) => {
    for (const repository of draft.repositories) repository.defaultBranch = 'develop';
  });
  expect(policyChanges(base, { desired: compile(head) })).toEqual([]);
});
