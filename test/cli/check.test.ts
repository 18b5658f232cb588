import { githubAnnotations, sarifLog } from '../../lib/cli/check-formats';
import type { Diagnostic } from '../../lib/values/diagnostic';
import { call, folderWith, removeFolders, smallProgram } from './calling';

afterEach(removeFolders);

const flawed = smallProgram(`
const staging = new Environment(platform, 'staging', { tier: Tier.staging, target: Target.kubernetes(cluster), source: repository.branch('main') });
const production = new Environment(platform, 'production', { tier: Tier.production, target: Target.kubernetes(cluster), source: repository.branch('main') });
`);

test('a push that deploys staging and production at once is printed with its shortest sequence, and the exit code is 1', async () => {
  const { code, out } = await call(['check'], { folder: folderWith({ 'platform.ts': flawed }) });
  expect(code).toBe(1);
  expect(out).toMatch(
    /^error SG101 simultaneous-deploy {2}.+\n {2}.+\n {2}given {6}.+\n {2}expected {3}.+\n {2}remedy {5}.+\n {2}shortest way to harm\n {4}1 {2}.+\n {4}2 {2}.+/m,
  );
  expect(out).toMatch(/\nshop: [1-9]\d* errors?, \d+ warnings?; checked within these bounds$/);
});

test('the last lines say how far was looked and what was not, never that anything is proved', async () => {
  const { out } = await call(['check'], { folder: folderWith({ 'platform.ts': smallProgram() }) });
  expect(out).toMatch(/^not checked {2}SG105 unenforceable-approval: .+$/m);
  expect(out).toMatch(/^explored {5}[\d,]+ states? with up to 2 commits, \d open promotions? an environment, 1 deviation$/m);
  expect(out).toMatch(/^arrival {6}a release is lawfully in dev after \d+ events?$/m);
  expect(out).not.toMatch(/prove/);
});

test('--deep looks to the full bounds', async () => {
  const { out } = await call(['check', '--deep'], { folder: folderWith({ 'platform.ts': smallProgram() }) });
  expect(out).toMatch(/with up to 3 commits, 2 open promotions an environment, 2 deviations/);
});

test('--json prints one document of the documented shape, the same as --format json', async () => {
  const folder = folderWith({ 'platform.ts': flawed });
  const { code, out } = await call(['check', '--json'], { folder });
  const report = JSON.parse(out);
  expect(code).toBe(1);
  expect(report).toMatchObject({
    version: 1,
    platform: 'shop',
    summary: { errors: expect.any(Number), warnings: expect.any(Number), suppressed: 0 },
  });
  const [first] = report.diagnostics;
  expect(Object.keys(first)).toEqual(
    expect.arrayContaining(['code', 'name', 'severity', 'path', 'message', 'given', 'expected', 'remedy']),
  );
  expect(report.diagnostics.filter(({ severity }: Diagnostic) => severity === 'error')).toHaveLength(report.summary.errors);
  expect((await call(['check', '--format', 'json'], { folder })).out).toBe(out);
});

test('a finding that the program accepts is listed with its reason and does not fail the check', async () => {
  const warned =
    "new Environment(platform, 'demo', { tier: Tier.development, target: Target.kubernetes(cluster), sync: Sync.manual() });\n";
  const found = JSON.parse((await call(['check', '--json'], { folder: folderWith({ 'platform.ts': smallProgram(warned) }) })).out) as {
    diagnostics: Diagnostic[];
  };
  const accepted = found.diagnostics
    .map(({ code, path }) => `platform.suppress('${code}', { path: '${path}', reason: 'only for the demonstration' });`)
    .join('\n');
  const { code, out } = await call(['check'], { folder: folderWith({ 'platform.ts': smallProgram(warned + accepted) }) });
  expect(found.diagnostics.length).toBeGreaterThan(0);
  expect(code).toBe(0);
  expect(out).toContain('  accepted   only for the demonstration');
  expect(out).toContain(`shop: 0 errors, 0 warnings, ${found.diagnostics.length} accepted`);
});

const finding: Diagnostic = {
  code: 'SG101',
  name: 'simultaneous-deploy',
  severity: 'error',
  path: 'a/b:c,d',
  message: '100% of\nit',
  given: 'x',
  expected: 'y',
  remedy: 'z',
  sequence: ['one', 'two'],
};

test('annotations for GitHub escape what its runner would read as syntax', () => {
  const [line, ...more] = githubAnnotations([finding], 'dir/platform.ts');
  expect(more).toEqual([]);
  expect(line).toBe(
    '::error file=dir/platform.ts,title=SG101 simultaneous-deploy a/b%3Ac%2Cd::100%25 of%0Ait%0Agiven x%0Aexpected y%0Aremedy z%0Ashortest way to harm%0A1 one%0A2 two',
  );
});

test('check --format github prints one annotation a finding and nothing else', async () => {
  const folder = folderWith({ 'platform.ts': flawed });
  const { diagnostics } = JSON.parse((await call(['check', '--json'], { folder })).out);
  const lines = (await call(['check', '--format', 'github'], { folder })).out.split('\n');
  expect(lines).toHaveLength(diagnostics.length);
  for (const line of lines) expect(line).toMatch(/^::(error|warning) file=platform\.ts,title=SG\d{3} /);
});

test('SARIF names each rule once, points each result at its rule, and keeps what was accepted as suppressed', () => {
  const log = sarifLog(
    [finding, { ...finding, path: 'e' }, { ...finding, code: 'SG406', severity: 'warning', suppressedBecause: 'known' }],
    'platform.ts',
  ) as {
    version: string;
    runs: {
      tool: { driver: { rules: { id: string }[] } };
      results: { ruleId: string; ruleIndex: number; level: string; suppressions?: object[]; partialFingerprints: object }[];
    }[];
  };
  const [run] = log.runs;
  expect(log.version).toBe('2.1.0');
  expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(['SG101', 'SG406']);
  expect(run?.results.map(({ ruleId, ruleIndex, level }) => [ruleId, ruleIndex, level])).toEqual([
    ['SG101', 0, 'error'],
    ['SG101', 0, 'error'],
    ['SG406', 1, 'warning'],
  ]);
  expect(run?.results.map(({ suppressions }) => suppressions)).toEqual([
    undefined,
    undefined,
    [{ kind: 'inSource', justification: 'known' }],
  ]);
  expect(new Set(run?.results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints))).size).toBe(3);
});

test('check --format sarif exits with 1 on errors, and a wrong value is a result as well', async () => {
  const { code, out } = await call(['check', '--format', 'sarif'], {
    folder: folderWith({
      'platform.ts':
        "import { Platform } from 'stagegate';\nexport const platform = new Platform('Shop!', { registry: 'r.io', domain: 'a.io' });\n",
    }),
  });
  expect(code).toBe(1);
  expect(JSON.parse(out).runs[0].results).toHaveLength(1);
});
