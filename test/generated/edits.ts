import { type DesiredState, Kind } from 'stagegate';
import type { Draft, Fault, Part, Planted } from './fault';
import type {
  EnvironmentPlan,
  GatePlan,
  PlatformPlan,
  PolicyPlan,
  Program,
  ProtectionPlan,
  RefPlan,
  ServicePlan,
} from './platform-generator';

export const fault = (code: string, name: string, touches: readonly Part[], plant: Fault['plant']): Fault => ({
  code,
  name,
  touches,
  plant,
});

/** The production environment at the end, and the policy into it. */
export function ending(
  plan: PlatformPlan,
): { readonly prod: EnvironmentPlan; readonly into: PolicyPlan; readonly from: EnvironmentPlan } | undefined {
  const prod = plan.environments.filter(({ tier }) => tier === 'production').at(-1);
  const into = plan.policies.find(({ to }) => to === prod?.name);
  const from = plan.environments.find(({ name }) => name === into?.from);
  return prod === undefined || into === undefined || from === undefined ? undefined : { prod, into, from };
}

export const onKubernetes = (environment: EnvironmentPlan | undefined): environment is EnvironmentPlan =>
  environment?.target === 'kubernetes';

export function withEnvironment(plan: PlatformPlan, name: string, change: Partial<EnvironmentPlan>): PlatformPlan {
  return {
    ...plan,
    environments: plan.environments.map((environment) => (environment.name === name ? { ...environment, ...change } : environment)),
  };
}

export function withProps(plan: PlatformPlan, name: string, props: EnvironmentPlan['props']): PlatformPlan {
  const known = plan.environments.find((environment) => environment.name === name)?.props;
  return withEnvironment(plan, name, { props: { ...known, ...props } });
}

export function withPolicy(plan: PlatformPlan, name: string, change: Partial<PolicyPlan>): PlatformPlan {
  return { ...plan, policies: plan.policies.map((policy) => (policy.name === name ? { ...policy, ...change } : policy)) };
}

export function withService(plan: PlatformPlan, name: string, change: Partial<ServicePlan>): PlatformPlan {
  return {
    ...plan,
    services: plan.services.map((service) =>
      service.name === name ? { ...service, ...change, props: { ...service.props, ...change.props } } : service,
    ),
  };
}

/** A protected branch beside those that are there, strong enough for production. */
export function withBranch(plan: PlatformPlan, pattern: string): { readonly plan: PlatformPlan; readonly ref: RefPlan } {
  const ref: RefPlan = { kind: 'branch', repository: plan.separate ? 'code' : 'delivery', pattern };
  const protection: ProtectionPlan = { name: pattern, ref, approvals: 1, checks: ['validate'], onlyFrom: [], bypass: false };
  return { plan: { ...plan, protections: [...plan.protections, protection] }, ref };
}

export const isProgram = ({ kind, repository, pattern }: RefPlan): boolean =>
  kind === 'branch' && repository === 'delivery' && pattern === 'main';

export const image = (name: string): string => `ghcr.io/acme/${name}@sha256:${'ab'.repeat(32)}`;

export function overrideImage(program: Program, service: string, environment: string, value: string): void {
  const containers = [{ name: service, image: value }];
  program.services
    .get(service)
    ?.override(Kind.deployment, { spec: { template: { spec: { containers } } } }, { in: program.environments.get(environment) });
}

export function overrideApplication(environment: string, spec: Readonly<Record<string, unknown>>): Planted['program'] {
  return ({ environments }) => environments.get(environment)?.override(Kind.application, { spec });
}

export const delivery = (desired: Draft<DesiredState>) =>
  desired.repositories.find(({ name }) => name === desired.delivery.repository) as Draft<DesiredState>['repositories'][number];

export function ruleset(desired: Draft<DesiredState>, name: string) {
  return delivery(desired).rulesets.find((candidate) => candidate.name === `stagegate: ${name}`);
}

export function dropRules(desired: Draft<DesiredState>, name: string, types: readonly string[]): void {
  const found = ruleset(desired, name);
  if (found !== undefined) found.rules = found.rules.filter(({ type }) => !types.includes(type)) as typeof found.rules;
}

/** What lets every order of events happen is planted where there are few of them. */
export const small =
  (planted: Planted): Fault['plant'] =>
  (plan) =>
    plan.environments.length > 3 ? undefined : planted;

export const approval = (change: Partial<Extract<GatePlan, { kind: 'approvals' }>>): GatePlan => ({
  kind: 'approvals',
  total: 1,
  including: [],
  ...change,
});

export const without = (gates: readonly GatePlan[], ...kinds: GatePlan['kind'][]): GatePlan[] =>
  gates.filter(({ kind }) => !kinds.includes(kind));

export const manual = { sync: 'manual', group: 'release-engineers' } as const;

/** What a manual environment does not need, so that it can be made manual. */
export const byHand: Partial<PolicyPlan> = { rollback: 'manual' };
