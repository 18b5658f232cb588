import { compile, type DesiredState, resolve } from 'stagegate';
import { deepFreeze } from '../../lib/model/freeze';
import type { Facts, Rule, RuleContext, RuleFinding } from '../../lib/rules/rule';
import type { Draft } from '../generated/fault';
import {
  buildProgram,
  type EnvironmentPlan,
  type PlatformPlan,
  type PolicyPlan,
  type Program,
  type ProtectionPlan,
  type ServicePlan,
} from '../generated/platform-generator';

/** A lawful platform: develop → dev → staging → prod, the last step when release has the commit. */
export const SHOP: PlatformPlan = {
  domain: 'shop.example.com',
  plan: 'team',
  visibility: 'private',
  separate: false,
  argoCd: 'https://argocd.example.com',
  suite: 'make integration',
  environments: [
    {
      name: 'dev',
      tier: 'development',
      source: { kind: 'branch', repository: 'delivery', pattern: 'develop' },
      sync: 'automatic',
      cluster: 0,
      target: 'kubernetes',
      props: {},
    },
    { name: 'staging', tier: 'staging', sync: 'automatic', cluster: 0, target: 'kubernetes', props: {} },
    { name: 'prod', tier: 'production', sync: 'automatic', cluster: 0, target: 'kubernetes', props: {} },
  ],
  policies: [
    { name: 'dev-to-staging', from: 'dev', to: 'staging', gates: [{ kind: 'healthy' }, { kind: 'soak', minutes: 5 }], rollback: 'manual' },
    {
      name: 'staging-to-prod',
      from: 'staging',
      to: 'prod',
      on: { kind: 'branch', repository: 'delivery', pattern: 'release' },
      gates: [{ kind: 'healthy' }, { kind: 'verified' }, { kind: 'approvals', total: 2, including: [{ team: 'engineers' }] }],
      rollback: 'manual',
    },
  ],
  services: [
    { name: 'api', uses: [], route: '/', sidecar: false, secrets: true, scaled: false, props: {} },
    { name: 'web', uses: ['api'], route: '/web', sidecar: true, secrets: false, scaled: false, props: {} },
  ],
  protections: [
    {
      name: 'develop',
      ref: { kind: 'branch', repository: 'delivery', pattern: 'develop' },
      approvals: 0,
      checks: ['validate'],
      onlyFrom: [],
      bypass: false,
    },
    {
      name: 'release',
      ref: { kind: 'branch', repository: 'delivery', pattern: 'release' },
      approvals: 1,
      checks: ['validate'],
      onlyFrom: [],
      bypass: false,
    },
  ],
};

/** {@link SHOP} with one of its parts changed. */
export const environment = (name: string, change: Partial<EnvironmentPlan>): PlatformPlan => ({
  ...SHOP,
  environments: SHOP.environments.map((one) => (one.name === name ? { ...one, ...change } : one)),
});
export const policy = (name: string, change: Partial<PolicyPlan>): PlatformPlan => ({
  ...SHOP,
  policies: SHOP.policies.map((one) => (one.name === name ? { ...one, ...change } : one)),
});
export const service = (name: string, change: Partial<ServicePlan>): PlatformPlan => ({
  ...SHOP,
  services: SHOP.services.map((one) => (one.name === name ? { ...one, ...change } : one)),
});
export const protection = (name: string, change: Partial<ProtectionPlan>): PlatformPlan => ({
  ...SHOP,
  protections: SHOP.protections.map((one) => (one.name === name ? { ...one, ...change } : one)),
});

export interface Edit {
  /** @default SHOP */
  readonly plan?: PlatformPlan;
  readonly program?: (program: Program) => void;
  readonly compiled?: (desired: Draft<DesiredState>) => void;
  readonly facts?: Facts;
}

/** What rules read of an edited platform; nothing is explored. */
export function contextOf({ plan = SHOP, program, compiled, facts = {} }: Edit = {}): RuleContext {
  const built = buildProgram(plan);
  program?.(built);
  const model = resolve(built.platform);
  const desired: Draft<DesiredState> = JSON.parse(JSON.stringify(compile(model)));
  compiled?.(desired);
  const exploration = (): never => {
    throw new Error('this test explores nothing');
  };
  return { model, desired: deepFreeze(desired as unknown as DesiredState), facts, exploration };
}

/** What a rule finds in an edited platform, as people see it. */
export function found(rule: Rule, edit: Edit = {}): Omit<RuleFinding, 'about'>[] {
  return rule.check(contextOf(edit)).map(({ about: _, ...finding }) => finding);
}

export function deliveryOf(desired: Draft<DesiredState>) {
  const repository = desired.repositories.find(({ name }) => name === desired.delivery.repository);
  if (repository === undefined) throw new Error('the delivery repository is not compiled');
  return repository;
}

export function rulesetOf(desired: Draft<DesiredState>, name: string) {
  const found = deliveryOf(desired).rulesets.find((ruleset) => ruleset.name === `stagegate: ${name}`);
  if (found === undefined) throw new Error(`there is no ruleset ${name}`);
  return found;
}
