import { stacks } from '../../stacks';

test.each(['dev', 'preprod', 'prod'] as const)(
  'the stack of %s applies the namespace first and the Application last, and nothing that Argo CD applies',
  (name) => {
    const { environment, objects } = stacks[name]();
    expect(environment).toBe(name);
    expect(objects[0]).toMatchObject({ kind: 'Namespace', metadata: { name: `openluffy-${name}` } });
    expect(objects.map(({ kind }) => kind)).toEqual([
      'Namespace',
      'ResourceQuota',
      'LimitRange',
      'NetworkPolicy',
      'NetworkPolicy',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
      'AppProject',
      'Application',
    ]);
  },
);

test('the stack github applies rulesets, environments and Actions permissions, and leaves workflow files to commits', () => {
  const { repositories } = stacks.github();
  expect(repositories.map(({ name }) => name)).toEqual(['lebrick07/openluffy']);
  expect(Object.keys(repositories[0] ?? {}).sort()).toEqual(['actions', 'environments', 'name', 'rulesets']);
  expect(repositories[0]?.rulesets.map(({ name }) => name)).toContain('stagegate: environments');
});

test('what a stack applies is plain data that a later run gives again', () => {
  for (const stack of Object.values(stacks)) {
    const applied = stack();
    expect(JSON.parse(JSON.stringify(applied))).toEqual(applied);
    expect(stack()).toEqual(applied);
  }
});
