import { compile } from 'stagegate';
import { missingCheck } from '../../lib/rules/sg402-missing-check';
import { contextOf, deliveryOf, found, policy, protection } from './shop';

const gate = (check: string) => policy('dev-to-staging', { gates: [{ kind: 'healthy' }, { kind: 'check', check }] });
const required = (change: (check: { context: string; integration_id?: number | string }) => void) =>
  found(missingCheck, {
    compiled: (desired) => {
      for (const { rules } of deliveryOf(desired).rulesets) {
        for (const rule of rules)
          if (rule.type === 'required_status_checks')
            for (const check of rule.parameters.required_status_checks) if (check.context === 'validate') change(check);
      }
    },
  });

test('checks that a workflow reports pass, required and as a gate', () => {
  expect(found(missingCheck)).toEqual([]);
  expect(found(missingCheck, { plan: gate('validate') })).toEqual([]);
  expect(found(missingCheck, { plan: protection('develop', { checks: ['validate', 'lint'] }) })).toEqual([]);
});

test('a gate that waits for a check without a workflow is refused with the names that exist', () => {
  expect(found(missingCheck, { plan: gate('lint') })).toEqual([
    {
      path: 'shop/dev-to-staging',
      message: 'gate check-lint waits for lint, which nobody reports',
      given: 'lint',
      expected: 'one of Compare with the base, Preview stacks, stagegate/gates, stagegate/head, stagegate/policy and validate',
      remedy: 'require a check that exists, by the name of its job',
    },
  ]);
});

test('a required check under another name is refused once', () => {
  expect(required((check) => Object.assign(check, { context: 'validated' }))).toMatchObject([
    {
      path: 'shop/delivery',
      message: 'develop of acme/shop requires validated, which nobody reports',
      expected: 'one of Compare with the base, Preview stacks, stagegate/gates, stagegate/head, stagegate/policy and validate',
    },
  ]);
});

test('a required check of another app, or of anybody, is refused', () => {
  expect(required((check) => Object.assign(check, { integration_id: 4242 }))).toMatchObject([
    {
      path: 'shop/delivery/develop',
      message: 'develop of acme/shop requires validate, which app 4242 does not report',
      given: 'validate from app 4242',
      expected: 'validate from app github-actions',
    },
  ]);
  expect(required((check) => delete check.integration_id)).toMatchObject([
    { message: 'develop of acme/shop requires validate, from anybody who can write', given: 'validate without an app' },
  ]);
});

test('a required job that may be skipped is refused, since skipped counts as passed', () => {
  const job = (condition: string) =>
    found(missingCheck, {
      compiled: (desired) => {
        for (const { jobs } of deliveryOf(desired).workflows)
          for (const one of Object.values(jobs)) if (one.name === 'validate') one.if = condition;
      },
    });
  expect(job("github.actor != 'dependabot[bot]'")).toMatchObject([
    {
      message: 'develop of acme/shop requires validate, which may be skipped, and then counts as passed',
      given: "its job has if: github.actor != 'dependabot[bot]'",
    },
  ]);
  expect(job('always()')).toEqual([]);
});

test('a required job of a workflow that filters paths is refused', () => {
  const findings = found(missingCheck, {
    compiled: (desired) => {
      for (const workflow of deliveryOf(desired).workflows)
        if ('pull_request' in workflow.on) workflow.on.pull_request = { paths: ['src/**'] };
    },
  });
  expect(findings[0]?.given).toContain('filters paths');
});

test('a violation by a forged check is this rule’s where it is not the gates’', () => {
  const violation = {
    kind: 'forged',
    repository: 'acme/shop',
    ref: 'refs/heads/develop',
    message: 'a commit gets onto develop without validate',
    events: [],
    lines: [],
  } as const;
  const context = {
    model: { name: 'shop', repositories: [{ name: 'acme/shop', path: 'shop/delivery' }] },
    desired: { delivery: { gatesContext: 'stagegate/gates' } },
  };
  expect(missingCheck.explored?.(violation, context as never)).toMatchObject({ path: 'shop/delivery', message: violation.message });
  expect(missingCheck.explored?.({ ...violation, environment: 'prod' }, context as never)).toBeUndefined();
});

test('a check that is declared external passes, except of an app that reports nothing but its own', () => {
  const external = (app: string) => {
    const context = contextOf();
    const checks = [{ kind: 'external', name: 'unit', app }] as const;
    const protections = context.model.protections.map((one) => ({ ...one, checks }));
    const model = { ...context.model, protections };
    return missingCheck.check({ ...context, model, desired: compile(model) }).map(({ message }) => message);
  };
  expect(external('circleci')).toEqual([]);
  expect(external('github-actions')).toEqual([]);
  expect(external('stagegate')).toEqual(['develop of acme/shop requires unit, which nobody reports']);
});
