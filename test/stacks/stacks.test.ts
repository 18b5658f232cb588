import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, resolve, type Stack, stackNames, tryStack } from 'stagegate';
import { RefusedProgramError } from 'stagegate/pulumi';
import { parse } from 'yaml';
import { platform } from '../../examples/01-openluffy/platform';

import entry = require('../../stacks');

import { recorded } from '../pulumi/recording';

const root = join(__dirname, '..', '..');

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

describe('the program of the stacks', () => {
  /** The configuration of a stack as its file has it, the way Pulumi hands it over. */
  function configuration(name: string): Record<string, string> {
    const { config } = parse(readFileSync(join(root, `Pulumi.${name}.yaml`), 'utf8')) as {
      readonly config: Readonly<Record<string, unknown>>;
    };
    return Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    );
  }

  test.each(['dev', 'preprod', 'prod', 'github'])('registers what the stack %s holds, with the configuration beside it', async (name) => {
    const { resources, errors, result } = await recorded(() => entry(), { stack: name, config: configuration(name) });
    expect(errors).toEqual([]);
    const registered = resources.map((one) => one.name).filter((one) => one.startsWith(`${name}/`));
    const expected = stackOf(name).resources.filter(({ secret }) => secret === undefined);
    expect(registered).toEqual(expected.map((one) => `${name}/${one.name}`).sort((a, b) => (a < b ? -1 : 1)));
    expect(Object.keys(result ?? {})).toEqual(
      name === 'github' ? ['rulesets', 'environments'] : ['environment', 'namespace', 'url', 'urls', 'application'],
    );
  });

  test('is started by Pulumi.yaml, and refuses a stack that it does not know', async () => {
    expect(parse(readFileSync(join(root, 'Pulumi.yaml'), 'utf8'))).toMatchObject({ name: 'stagegate', main: 'stacks/index.ts' });
    const { resources, errors } = await recorded(() => entry(), { stack: 'staging' });
    expect([resources, errors]).toEqual([[], [expect.any(RefusedProgramError)]]);
    expect(String(errors[0])).toContain('expected   dev, github, preprod, prod');
  });
});
