import { compile, Platform, resolve } from 'stagegate';
import type { Exploration, Violation } from '../../lib/explorer/explore';
import { check, checkWith } from '../../lib/rules/check';
import { checkReport, diagnosticText } from '../../lib/rules/report';
import type { Rule } from '../../lib/rules/rule';
import { RULES, tryRule } from '../../lib/rules/rules';
import { platform as openLuffy } from '../types/northstar/openluffy';
import { production } from '../types/northstar/simultaneous-deploy';
import { contextOf, type Edit, environment, policy, SHOP } from './shop';

const unexplored = { bounds: 'none' } as const;
const quiet: Exploration = { complete: true, states: 1, firstLawfulArrival: {}, unreached: [], violations: [] };
const violation: Violation = {
  kind: 'gate',
  environment: 'prod',
  policy: 'staging-to-prod',
  gate: 'approvals',
  message: 'a release enters prod unapproved',
  events: [],
  lines: ['developer pushes', 'a release enters prod unapproved'],
};

function run(edit: Edit, exploration: Partial<Exploration> = {}, without: readonly string[] = []) {
  const { model, desired, facts } = contextOf(edit);
  return checkWith(RULES, () => ({ ...quiet, ...exploration }), model, desired, facts, { without });
}

const soakAlone = policy('dev-to-staging', { gates: [{ kind: 'soak', minutes: 5 }] });
const lonely = { ...soakAlone, environments: environment('prod', { sync: 'manual' }).environments };

test('a lawful platform has no findings, and what could not be checked is said', () => {
  const result = run({});
  expect(result.diagnostics).toEqual([]);
  expect(result.notChecked.map(({ code, name }) => `${code} ${name}`)).toEqual([
    'SG105 unenforceable-approval',
    'SG404 too-few-approvers',
    'SG405 weak-program-branch',
  ]);
});

test('all findings are reported at once, errors first, then by code and path', () => {
  expect(run({ plan: lonely }).diagnostics.map(({ severity, code, path }) => `${severity} ${code} ${path}`)).toEqual([
    'error SG110 shop/dev-to-staging',
    'warning SG406 shop/prod',
  ]);
});

test('a rule that is left out finds nothing', () => {
  expect(run({ plan: lonely }, {}, ['SG110']).diagnostics.map(({ code }) => code)).toEqual(['SG406']);
});

test('the order of declaration changes nothing', () => {
  const turned = {
    ...lonely,
    environments: [...lonely.environments].reverse(),
    policies: [...lonely.policies].reverse(),
    services: lonely.services,
    protections: [...lonely.protections].reverse(),
  };
  expect(run({ plan: turned })).toEqual(run({ plan: lonely }));
});

test('an accepted finding is listed with its reason and no longer counts', () => {
  const { model, desired } = contextOf({
    plan: lonely,
    program: ({ platform }) => platform.suppress('SG110', { path: 'shop/dev-to-staging', reason: 'dev has no probes' }),
  });
  const result = check(model, desired, {}, unexplored);
  expect(result.diagnostics.map(({ code }) => code)).toEqual(['SG406']);
  expect(result.suppressed).toMatchObject([{ code: 'SG110', suppressedBecause: 'dev has no probes' }]);
  expect(checkReport('shop', result)).toMatchObject({
    version: 1,
    platform: 'shop',
    summary: { errors: 0, warnings: 1, suppressed: 1 },
    diagnostics: [{ code: 'SG406' }, { code: 'SG110', suppressedBecause: 'dev has no probes' }],
  });
});

test('a suppression without a path accepts the code everywhere, and one of another path accepts nothing', () => {
  const accepted = (props: { path?: string; reason: string }) => {
    const { model, desired } = contextOf({ plan: soakAlone, program: ({ platform }) => platform.suppress('SG110', props) });
    return check(model, desired, {}, unexplored).diagnostics;
  };
  expect(accepted({ reason: 'no probes' })).toEqual([]);
  expect(accepted({ path: 'shop/other', reason: 'no probes' })).toMatchObject([
    { code: 'SG110' },
    {
      code: 'SG501',
      name: 'unused-suppression',
      severity: 'warning',
      path: 'shop/other',
      message: 'a suppression of SG110 accepts nothing',
      given: 'SG110 on shop/other',
    },
  ]);
});

describe('what the explorer finds', () => {
  test('is shown as the sequence of the finding that names its cause', () => {
    const plan = policy('staging-to-prod', { gates: [{ kind: 'soak', minutes: 5 }, { kind: 'verified' }] });
    const result = run({ plan }, { violations: [violation] });
    expect(result.diagnostics).toMatchObject([{ code: 'SG110', sequence: violation.lines }]);
  });

  test('is a finding of its own where no rule names the cause', () => {
    expect(run({}, { violations: [violation] }).diagnostics).toEqual([
      {
        code: 'SG103',
        name: 'decorative-gate',
        severity: 'error',
        path: 'shop/staging-to-prod',
        message: 'a release enters prod unapproved',
        given: 'a way around gate approvals of staging-to-prod',
        expected: 'no sequence of events within the bounds that does this',
        remedy: 'close the way that the sequence shows',
        sequence: violation.lines,
      },
    ]);
  });

  test.each([
    ['simultaneous', 'SG101'],
    ['unverified', 'SG102'],
    ['gate', 'SG103'],
    ['sync', 'SG103'],
    ['bypass', 'SG103'],
    ['forged', 'SG103'],
    ['protection', 'SG401'],
    ['program', 'SG405'],
  ] as const)('of kind %s belongs to %s', (kind, code) => {
    const result = run({}, { violations: [{ ...violation, kind }] });
    expect(result.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
    expect(run({}, { violations: [{ ...violation, kind }] }, [code]).diagnostics).toEqual([]);
  });

  test('is SG402 where a check of a source was forged', () => {
    const forged: Violation = {
      kind: 'forged',
      repository: 'acme/shop',
      ref: 'refs/heads/develop',
      message: 'without validate',
      events: [],
      lines: ['x'],
    };
    expect(run({}, { violations: [forged] }).diagnostics.map(({ code }) => code)).toEqual(['SG402']);
  });

  test('belongs to a finding about the ref that was reached', () => {
    const reached: Violation = {
      kind: 'protection',
      repository: 'acme/shop',
      ref: 'refs/heads/release',
      message: 'x',
      events: [],
      lines: ['developer pushes to release', 'x'],
    };
    const plan = { ...SHOP, protections: SHOP.protections.map((one) => (one.name === 'release' ? { ...one, approvals: 0 } : one)) };
    expect(run({ plan }, { violations: [reached] }).diagnostics).toMatchObject([{ code: 'SG401', sequence: reached.lines }]);
  });

  test('is an environment that no release reached, where nothing else says why', () => {
    const unreached = [{ environment: 'prod', reason: 'nothing gets onto release' }];
    expect(run({}, { unreached }).diagnostics).toMatchObject([{ code: 'SG104', path: 'shop/prod', given: 'nothing gets onto release' }]);
    expect(run({ plan: soakAlone }, { unreached }).diagnostics.map(({ code }) => code)).toEqual(['SG110']);
  });

  test('is nothing where the explorer has no room for the platform, and that is said', () => {
    const { model, desired, facts } = contextOf({ plan: soakAlone });
    const full = (): never => {
      throw new RangeError('a state has room for 31 environments');
    };
    const result = checkWith(RULES, full, model, desired, facts, {});
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['SG110']);
    expect(result.exploration).toMatchObject({ complete: false, states: 0 });
    expect(result.notChecked).toContainEqual({
      code: 'SG103',
      name: 'decorative-gate',
      why: 'the explorer cannot hold this platform: a state has room for 31 environments',
    });
  });

  test('is said to be incomplete when the run was cut off, and absent when it was left out', () => {
    expect(run({}, { complete: false, states: 7 }).notChecked).toContainEqual({
      code: 'SG103',
      name: 'decorative-gate',
      why: 'the explorer was cut off after 7 states',
    });
    const { model, desired } = contextOf();
    const result = check(model, desired, {}, unexplored);
    expect(result.exploration).toBeUndefined();
    expect(result.notChecked).toContainEqual({ code: 'SG101', name: 'simultaneous-deploy', why: 'the explorer was left out' });
  });
});

test('OpenLuffy has no errors, one warning, and a lawful way into each environment', () => {
  const model = resolve(openLuffy);
  const result = check(model, compile(model));
  expect(result.diagnostics.map(({ severity, code, path }) => `${severity} ${code} ${path}`)).toEqual(['warning SG406 openluffy/prod']);
  expect(result.exploration).toMatchObject({
    complete: true,
    firstLawfulArrival: { dev: expect.any(Number), preprod: expect.any(Number), prod: expect.any(Number) },
  });
});

test('a push that deploys staging and production at once is refused with the two lines that do the harm', () => {
  const model = resolve(Platform.of(production));
  const result = check(model, compile(model));
  expect(result.diagnostics.map(({ code }) => code)).toEqual(['SG101']);
  expect(result.diagnostics.map(diagnosticText).join('\n')).toBe(
    [
      'error SG101 simultaneous-deploy  staged/production',
      '  a push to main deploys staging and production at once',
      '  given      staging.source and production.source are both branch main of acme/ingestion',
      '  expected   production fed by promotion from staging',
      "  remedy     drop production.source; add new PromotionPolicy(…, { from: staging, to: production, on: repository.tags('v*.*.*') })",
      '  shortest way to harm',
      '    1  developer pushes 4f2a1c to main',
      '    2  staging runs 4f2a1c, production runs 4f2a1c; nobody verified it',
    ].join('\n'),
  );
});

test('each rule has its own code and name, and a page', () => {
  expect(new Set(RULES.map(({ code }) => code)).size).toBe(RULES.length);
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
  expect([...RULES].map(({ code }) => code)).toEqual(RULES.map(({ code }) => code).sort());
  for (const { code, name, explain } of RULES) {
    expect(code).toMatch(/^SG[1-9]\d\d$/);
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    for (const text of [explain.title, explain.refuses, explain.why, explain.example, explain.remedy]) expect(text.trim()).not.toBe('');
  }
});

test('a rule is found by its code or its name', () => {
  const rule = RULES[0] as Rule;
  expect(tryRule(rule.code)).toBe(rule);
  expect(tryRule('sg101')).toBe(rule);
  expect(tryRule(rule.name)).toBe(rule);
  expect(tryRule('SG999')).toBeUndefined();
});
