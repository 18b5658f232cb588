import { compile, resolve, type Stack, stackNames, tryStack } from 'stagegate';
import { platform } from '../../examples/01-openluffy/platform';

const desired = compile(resolve(platform));

function stackOf(name: string): Stack {
  const stack = tryStack(desired, name);
  if (stack === undefined) throw new Error(`there is no stack ${name}`);
  return stack;
}

test('a platform has a stack for each environment and one for its repositories', () => {
  expect(stackNames(desired)).toEqual(['dev', 'preprod', 'prod', 'github']);
  expect(tryStack(desired, 'production')).toBeUndefined();
});

test.each(['dev', 'preprod', 'prod'])('the stack of %s holds what precedes a release, and nothing that Argo CD applies', (name) => {
  const { kind, resources } = stackOf(name);
  expect(kind).toBe('environment');
  expect(resources.map(({ type }) => type)).toEqual([
    'kubernetes:core/v1:Namespace',
    'kubernetes:core/v1:ResourceQuota',
    'kubernetes:core/v1:LimitRange',
    'kubernetes:networking.k8s.io/v1:NetworkPolicy',
    'kubernetes:networking.k8s.io/v1:NetworkPolicy',
    'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy',
    'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding',
    'kubernetes:argoproj.io/v1alpha1:AppProject',
    'kubernetes:argoproj.io/v1alpha1:Application',
  ]);
});

test('the stack github holds rulesets, environments and Actions permissions, and leaves workflow files to commits', () => {
  const { kind, resources } = stackOf('github');
  expect(kind).toBe('repositories');
  expect([...new Set(resources.map(({ type }) => type.split(':').at(-1)))].sort()).toEqual([
    'ActionsEnvironmentSecret',
    'ActionsEnvironmentVariable',
    'ActionsRepositoryPermissions',
    'RepositoryEnvironment',
    'RepositoryEnvironmentDeploymentPolicy',
    'RepositoryRuleset',
    'WorkflowRepositoryPermissions',
  ]);
  expect(resources.map(({ name }) => name)).toContain('RepositoryRuleset/lebrick07/openluffy/stagegate: environments');
});

test.each(['dev', 'preprod', 'prod', 'github'])('what the stack %s registers is plain data that a later run gives again', (name) => {
  const stack = stackOf(name);
  expect(JSON.parse(JSON.stringify(stack))).toEqual(stack);
  expect(stackOf(name)).toEqual(stack);
});
