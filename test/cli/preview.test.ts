import { call, folderWith, removeFolders, smallProgram } from './calling';

afterEach(removeFolders);

const production = `
const prod = new Environment(platform, 'prod', { tier: Tier.production, target: Target.kubernetes(cluster), sync: Sync.pulumi() });
new PromotionPolicy(platform, 'dev-to-prod', { from: dev, to: prod, gates: [Gate.healthy()] });
`;

test('preview prints every stack with its resources, what each comes after, and what is guarded', async () => {
  const folder = folderWith({ 'platform.ts': smallProgram(production) });
  const { code, out, err } = await call(['preview'], { folder });
  expect([code, err]).toEqual([0, '']);
  expect(out.split('\n').filter((line) => /^\S/.test(line))).toEqual([
    'dev  stagegate:index:EnvironmentResources, 9 resources',
    'prod  stagegate:index:EnvironmentResources, 7 resources',
    expect.stringMatching(/^github {2}stagegate:index:RepositoryResources, \d+ resources$/),
  ]);
  expect(out).toMatch(/^ {2}1 {2}Namespace\/shop-dev +core\/v1$/m);
  expect(out).toMatch(/^ {2}1 {2}Namespace\/shop-prod +core\/v1 +protected$/m);
  expect(out).toMatch(/^ {2}2 {2}ResourceQuota\/shop-dev\/environment +core\/v1 +after 1$/m);
  expect(out).toMatch(/^ {2}9 {2}Application\.argoproj\.io\/argocd\/shop-dev +argoproj\.io\/v1alpha1 +after 1-8$/m);
});

test('preview says what is known only when a stack is applied: slots, secrets, and the release that a branch records', async () => {
  const folder = folderWith({ 'platform.ts': smallProgram(production) });
  const { out } = await call(['preview', 'github'], { folder });
  expect(out).toMatch(/stagegate: environments +protected, app\/delivery$/m);
  expect(out).toContain('  known when applied: app/delivery, app/intake');
  expect(out).toContain(
    '  registered when they have a value: stagegate/STAGEGATE_APP_PRIVATE_KEY, stagegate-intake/STAGEGATE_INTAKE_PRIVATE_KEY',
  );
  expect((await call(['preview', 'prod'], { folder })).out).toContain(
    '  applied as well: the objects of the release that env/prod records',
  );
});

test('preview --json prints the same resources with their inputs', async () => {
  const folder = folderWith({ 'platform.ts': smallProgram() });
  const { code, out } = await call(['preview', 'dev', '--json'], { folder });
  expect(code).toBe(0);
  const { version, platform, stacks } = JSON.parse(out);
  expect([version, platform, stacks.length]).toEqual([1, 'shop', 1]);
  expect(stacks[0]).toMatchObject({ name: 'dev', kind: 'environment', slots: [], secrets: [] });
  expect(stacks[0].resources[0]).toMatchObject({
    type: 'kubernetes:core/v1:Namespace',
    name: 'Namespace/shop-dev',
    inputs: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop-dev' } },
    dependsOn: [],
    protect: false,
    retainOnDelete: false,
    aliases: [],
  });
});

test('a stack that does not exist is wrong use, and those that exist are named', async () => {
  const folder = folderWith({ 'platform.ts': smallProgram() });
  expect(await call(['preview', 'production'], { folder })).toEqual({
    code: 2,
    out: '',
    err: 'error  there is no stack production\n  remedy  choose one of dev, github',
  });
});

test('a program with errors is previewed all the same, and it is said that nothing would be registered', async () => {
  const folder = folderWith({
    'platform.ts': smallProgram(
      "new Environment(platform, 'prod', { tier: Tier.production, target: Target.kubernetes(cluster), source: repository.branch('develop') });",
    ),
  });
  const { code, out, err } = await call(['preview', 'prod'], { folder });
  expect(code).toBe(1);
  expect(out).toContain('Namespace/shop-prod');
  expect(err).toMatch(/^error {2}check finds \d+ errors: as the program is, a stack registers nothing\n {2}remedy {2}stagegate check$/);
});

test('an environment that bears the name of the stack of repositories is refused', async () => {
  const folder = folderWith({
    'platform.ts': smallProgram("new Environment(platform, 'github', { tier: Tier.development, target: Target.kubernetes(cluster) });"),
  });
  const { code, out } = await call(['preview'], { folder });
  expect(code).toBe(1);
  expect(out).toContain('error SG059 reserved-stack  shop/github');
});
