import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RULES } from '../../lib/rules/rules';
import { isRule, PARTS, without } from './probe';
import { edited, findings, program } from './program';
import { REQUIREMENTS, requirement } from './requirement';

const OPENLUFFY = '01-openluffy';
const outcomes = json('outcomes.json') as Readonly<Record<string, { readonly outcome: string; readonly why: string }>>;
const readings = json('readings.json') as readonly { readonly id: string; readonly reading: string; readonly reason: string }[];

const places = json('places.json') as readonly {
  readonly id: string;
  readonly lives: string;
  readonly shown: string;
  readonly test?: string;
}[];

function json(file: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, file), 'utf8'));
}

describe('a requirement', () => {
  test('needs an id that a list has', () => {
    expect(REQUIREMENTS.size).toBe(402);
    expect(() => requirement('LUFFY-99', {}, () => undefined)).toThrow('there is no requirement LUFFY-99');
  });

  test('names rules and parts that exist', () => {
    expect(() => requirement('LUFFY-43', { by: ['argocd/aplication'] }, () => undefined)).toThrow(
      'LUFFY-43: there is no rule or part argocd/aplication',
    );
    expect(() => requirement('LUFFY-43', { by: ['SG999'] }, () => undefined)).toThrow('LUFFY-43: there is no rule or part SG999');
  });

  test.each(['LUFFY-07', 'LUFFY-20', 'LUFFY-43'])('that is rendered, enforced or rejected, as %s, names what makes it true', (id) => {
    expect(() => requirement(id, {}, () => undefined)).toThrow(/: name the rules or parts that make it true$/);
  });
});

describe('an edit of a program', () => {
  test('applies exactly once', () => {
    expect(edited('one two', [['one', 'three']])).toBe('three two');
    expect(() => edited('one two', [['three', 'four']])).toThrow('the edit does not apply exactly once: three');
    expect(() => edited('one one', [['one', 'two']])).toThrow('the edit does not apply exactly once: one');
  });
});

describe('a probe', () => {
  test.each(Object.keys(PARTS))('takes something away with %s, and gives it back', async (part) => {
    const edits = [['Sync.manual()', "Sync.manual({ group: 'release-engineers' })"]] as const;
    const whole = program(OPENLUFFY, edits).desired;
    await without(part, () => {
      expect(program(OPENLUFFY, edits).desired).not.toEqual(whole);
    });
    expect(program(OPENLUFFY, edits).desired).toEqual(whole);
  });

  test('leaves a rule out of a check', async () => {
    const edits = [["gates: [Gate.healthy(), Gate.soak('30s')]", "gates: [Gate.soak('30s')]"]] as const;
    expect(findings('SG110', OPENLUFFY, edits)).toHaveLength(1);
    await without('SG110', () => {
      expect(findings('SG110', OPENLUFFY, edits)).toEqual([]);
    });
  });

  test('knows every rule', () => {
    expect(RULES.map(({ code }) => code).filter((code) => !isRule(code))).toEqual([]);
  });
});

describe('the lists beside the tests', () => {
  test('name requirements that exist, each once, with a reason', () => {
    expect(Object.keys(outcomes).filter((id) => !REQUIREMENTS.has(id))).toEqual([]);
    for (const [id, { outcome, why }] of Object.entries(outcomes)) {
      expect(`${id} ${outcome}`).toMatch(/ (deferred|declined)$/);
      expect(why.length).toBeGreaterThan(20);
    }
    expect(readings.map(({ id }) => id).filter((id) => !REQUIREMENTS.has(id))).toEqual([]);
    expect(new Set(readings.map(({ id }) => id)).size).toBe(readings.length);
    for (const { reading, reason } of readings) expect(Math.min(reading.length, reason.length)).toBeGreaterThan(20);
  });
});

describe('the list of places', () => {
  test('says of every enforced requirement of OpenLuffy that is not put off where it lives', () => {
    const enforced = [...REQUIREMENTS.values()].filter(({ id, kind }) => kind === 'ENFORCE' && id.startsWith('LUFFY-'));
    expect([...new Set(places.map(({ id }) => id))]).toEqual(enforced.map(({ id }) => id).filter((id) => outcomes[id] === undefined));
  });

  test.each(places)('names a test that is there: $id, $lives', ({ id, lives, shown, test: title }) => {
    expect(['delivery', 'github', 'cluster']).toContain(lives);
    const text = readFileSync(join(__dirname, '..', '..', shown), 'utf8');
    expect(text).toContain(title === undefined ? `\nrequirement('${id}', ` : `test('${title}', `);
    if (lives === 'cluster') expect(shown).toMatch(/^test\/e2e\//);
    if (lives === 'github') expect(text).toContain('await onGitHub(');
  });
});

describe('npm run requirements', () => {
  const folder = mkdtempSync(join(tmpdir(), 'requirements-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The report on test results that are made up. */
  function report(tests: readonly (readonly [title: string, status: string])[], ...argv: readonly string[]) {
    return reportOf('x.test.ts', tests, ...argv);
  }

  function reportOf(name: string, tests: readonly (readonly [title: string, status: string])[], ...argv: readonly string[]) {
    const file = join(folder, 'results.json');
    const assertionResults = tests.map(([title, status]) => ({
      title,
      status,
      failureMessages: status === 'failed' ? ['Error: it broke'] : [],
    }));
    writeFileSync(file, JSON.stringify({ testResults: [{ name: join(__dirname, '..', '..', name), status: 'passed', assertionResults }] }));
    const tool = join(__dirname, '..', '..', 'tools', 'requirements.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [tool, '--results', file, ...argv], { encoding: 'utf8' });
    return { status, stdout, stderr };
  }

  test('counts by system and kind, and ends with 0 when nothing fails', () => {
    const { status, stdout } = report([['LUFFY-07 RENDER Three Applications', 'passed']]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^openluffy +RENDER +1 +0 +\d+ +0 +\d+$/m);
    expect(stdout).toContain('1 passed, 0 failed');
  });

  test('ends with 1 when a test fails, and says why', () => {
    const { status, stdout } = report([['LUFFY-07 RENDER Three Applications', 'failed']]);
    expect(status).toBe(1);
    expect(stdout).toContain('LUFFY-07 failing: Error: it broke');
  });

  test('ends with 1 when a requirement that is put off has a test', () => {
    const [id = ''] = Object.keys(outcomes);
    const { status, stderr } = report([[`${id} RUN Something`, 'passed']]);
    expect(status).toBe(1);
    expect(stderr).toContain(`${id} has a test and is deferred`);
  });

  test('ends with 1 when a system is to be complete and is not', () => {
    const { status, stdout } = report([['LUFFY-07 RENDER Three Applications', 'passed']], '--complete', 'openluffy');
    expect(status).toBe(1);
    expect(stdout).toContain('LUFFY-08 missing: Each Application has the label');
    expect(report([], '--complete', 'openlufy')).toMatchObject({ status: 1, stderr: 'there is no system openlufy\n' });
  });

  test('ends with 1 when the file that is to show a requirement at its place does not', () => {
    const { status, stderr } = reportOf('test/requirements/openluffy-github.test.ts', [
      ['LUFFY-34 ENFORCE The secrets', 'passed'],
      ['LUFFY-36 ENFORCE The ruleset', 'failed'],
    ]);
    expect(status).toBe(1);
    expect(stderr.split('\n').filter(Boolean)).toEqual(
      ['LUFFY-23', 'LUFFY-50', 'LUFFY-78'].map(
        (id) => `${id} lives in GitHub, and no test in test/requirements/openluffy-github.test.ts shows it`,
      ),
    );
  });

  test('counts a test with a title of its own for the requirement that names it', () => {
    const { id = '', shown = '', test: title = '' } = places.find((place) => place.test !== undefined) ?? {};
    const { stdout } = reportOf(shown, [[title, 'failed']], '--e2e');
    expect(stdout).toContain(`${id} failing: Error: it broke`);
  });

  test('ends with 1 when a test passes although what it names is taken away', () => {
    const { status, stdout } = report(
      [
        ['LUFFY-07 without argocd/application is not shown', 'failed'],
        ['LUFFY-08 without argocd/application is not shown', 'passed'],
      ],
      '--probe',
    );
    expect(status).toBe(1);
    expect(stdout).toContain('PASS  without argocd/application: 1 of 2 fail; still passing: LUFFY-07');
  });
});
