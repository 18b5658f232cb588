const loaded: string[] = [];
for (const name of ['@pulumi/kubernetes', '@pulumi/github', '../../lib/delivery/git/git-store', '../../lib/delivery/release']) {
  jest.doMock(name, () => {
    loaded.push(name);
    return jest.requireActual(name);
  });
}

test('the door of Pulumi loads neither providers nor delivery: they come with what needs them', () => {
  const door: object = require('stagegate/pulumi');
  expect(Object.keys(door)).toContain('EnvironmentResources');
  expect(loaded).toEqual([]);
  require('../../lib/pulumi/release-branch');
  expect(loaded).toContain('../../lib/delivery/release');
});
