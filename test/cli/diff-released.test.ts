import { folderWith } from './calling';
import { cloneWith, git, write } from './clones';
import { diff, difference, images, program, release, told, values, withMore } from './diffs';

describe('Against what is released', () => {
  test('the same program renders the same objects, and a change is told', async () => {
    const folder = cloneWith({ 'platform.ts': program, 'images.yaml': images('a'), 'values.yaml': values, '.gitignore': 'out\n' });
    const commit = await release(folder, 'dev');
    // What is beside the program is older than what is released.
    write(folder, 'images.yaml', images('b'));
    const same = await difference(folder, '--released', 'dev', '--exit-code');
    expect(same).toMatchObject({ base: { name: 'env/dev', commit }, environments: [] });
    expect(same.notCompared).toEqual([{ what: 'what the stack of dev applies', why: 'env/dev holds what is synced from it' }]);
    write(folder, 'platform.ts', withMore("env: { LEVEL: 'warn' }"));
    const found = await difference(folder, '--released', 'dev');
    expect(told(found)).toEqual([
      'dev update ConfigMap web-config-'.concat(found.environments[0]?.changes[0]?.name.split('-').at(-1) ?? ''),
      'dev update Deployment web',
    ]);
    expect((await diff(folder, '--released', 'dev', '--exit-code')).code).toBe(1);
  });

  test('on a local host, in place of the clone', async () => {
    const files = { 'platform.ts': program, 'images.yaml': images('a'), 'values.yaml': values, '.gitignore': 'out\n' };
    const released = cloneWith(files);
    const commit = await release(released, 'dev');
    const host = folderWith();
    git(host, 'clone', '--quiet', '--bare', released, 'repository.git');
    const folder = cloneWith(files);
    expect((await diff(folder, '--released', 'dev')).code).toBe(2);
    expect(await difference(folder, '--released', 'dev', '--host', host)).toMatchObject({
      base: { name: 'env/dev', commit },
      environments: [],
    });
  });

  test('a service without an image says so', async () => {
    const folder = cloneWith({ 'platform.ts': program, 'images.yaml': images('a'), 'values.yaml': values, '.gitignore': 'out\n' });
    await release(folder, 'dev');
    write(
      folder,
      'platform.ts',
      `${program}\nnew ServiceStack(platform, 'api', { build: Build.dockerfile('web'), port: 1, health: '/' });`,
    );
    const { notCompared, environments } = await difference(folder, '--released', 'dev');
    expect(notCompared[0]).toEqual({ what: 'image/api', why: 'no release has an image for it yet' });
    expect(environments[0]?.changes.filter(({ action }) => action === 'create').length).toBeGreaterThan(3);
  });
});
