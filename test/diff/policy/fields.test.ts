import { compile } from 'stagegate';
import type { EnvironmentModel, PolicyModel, ProtectionModel } from '../../../lib/model/platform-model';
import { type Draft, edited, environmentOf, openluffy } from '../../compile/model-fixture';
import { policyChanges } from './changes';

const model = openluffy();
const base = { desired: compile(model) };

/** Fields whose value is demanded of somebody; that less of each is weaker is shown by the programs of this folder. */
const DEMANDS = {
  environment: ['tier', 'lifecycle', 'target', 'sync', 'source', 'health', 'admit', 'overrides'],
  policy: ['from', 'to', 'on', 'gates', 'select', 'rollback'],
  protection: [
    'ref',
    'checks',
    'approvals',
    'codeOwners',
    'dismissStale',
    'lastPushApproval',
    'onlyFrom',
    'mergeMethods',
    'linearHistory',
    'bypass',
  ],
};

/** Fields that demand nothing, each with another value than it has. */
const OTHERS: {
  readonly environment: Partial<EnvironmentModel>;
  readonly policy: Partial<PolicyModel>;
  readonly protection: Partial<ProtectionModel>;
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
};

/** How the nouns themselves are called. */
const NAMES = ['path', 'name'];

const fields = {
  environment: environmentOf(model, 'dev'),
  policy: model.policies.find(({ on }) => on !== undefined) as PolicyModel,
  protection: model.protections[0] as ProtectionModel,
};

test.each(['environment', 'policy', 'protection'] as const)('of the model, every field of %s is a demand or known to be none', (noun) => {
  expect(Object.keys(fields[noun]).sort()).toEqual([...NAMES, ...DEMANDS[noun], ...Object.keys(OTHERS[noun])].sort());
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
