import type { DesiredDelivery, DesiredEnvironment, DesiredRepository, DesiredState, KubernetesObject } from 'stagegate';
import { RULES } from '../../lib/rules/rules';

type Part = (desired: DesiredState) => DesiredState;

const delivery =
  (change: (delivery: DesiredDelivery) => Partial<DesiredDelivery>): Part =>
  (desired) => ({ ...desired, delivery: { ...desired.delivery, ...change(desired.delivery) } });

const objects =
  (kind: string): Part =>
  (desired) => {
    const without = (list: readonly KubernetesObject[]) => list.filter((object) => object.kind !== kind);
    return {
      ...desired,
      environments: desired.environments.map(
        (environment): DesiredEnvironment => ({
          ...environment,
          bootstrap: without(environment.bootstrap),
          services: environment.services.map((service) => ({ ...service, objects: without(service.objects) })),
        }),
      ),
    };
  };

const repositories =
  (change: (repository: DesiredRepository) => DesiredRepository): Part =>
  (desired) => ({ ...desired, repositories: desired.repositories.map(change) });

const gates = (kind: string): Part =>
  delivery(({ edges }) => ({ edges: edges.map((edge) => ({ ...edge, gates: edge.gates.filter((gate) => gate.kind !== kind) })) }));

/** What each part of the compiler adds, taken away again. */
export const PARTS: Readonly<Record<string, Part>> = {
  'kubernetes/external-secret': objects('ExternalSecret'),
  'argocd/application': objects('Application'),
  'argocd/app-project': objects('AppProject'),
  'github/rulesets': repositories((repository) => ({ ...repository, rulesets: [] })),
  'github/environments': repositories((repository) => ({ ...repository, environments: [] })),
  'github/workflows': repositories((repository) => ({ ...repository, workflows: [] })),
  'delivery/application': delivery(({ environments }) => ({
    environments: environments.map(({ application: _application, ...environment }) => environment),
  })),
  'delivery/on': delivery(({ edges }) => ({ edges: edges.map(({ on: _on, ...edge }) => edge) })),
  'delivery/edges': delivery(() => ({ edges: [] })),
  'delivery/head-rules': delivery(() => ({ headRules: [] })),
  'delivery/sync': delivery(({ environments }) => ({
    environments: environments.map((environment) => ({ ...environment, sync: 'automatic' })),
  })),
  'delivery/sync-group': delivery(({ environments }) => ({
    environments: environments.map(({ syncGroup: _group, ...environment }) => environment),
  })),
  'delivery/health': delivery(({ environments }) => ({
    environments: environments.map((environment) => ({ ...environment, health: { ...environment.health, timeoutSeconds: 86_400 } })),
  })),
  'gate/healthy': gates('healthy'),
  'gate/soak': gates('soak'),
  'gate/verified': gates('verified'),
  'gate/approvals': gates('approvals'),
  documents: (desired) => ({ ...desired, documents: [] }),
};

let disabled: string | undefined;

/** The rule or compiler part that is taken away just now. */
export function disabledPart(): string | undefined {
  return disabled;
}

/** Codes of rules that a check leaves out just now. */
export function withoutRules(): readonly string[] {
  return disabled !== undefined && isRule(disabled) ? [disabled] : [];
}

/** Whether a name is that of a rule, or of a wrong value that constructors refuse (SG0xx). */
export function isRule(name: string): boolean {
  return /^SG0\d\d$/.test(name) || RULES.some(({ code }) => code === name);
}

/** A desired state without the part that is taken away just now. */
export function probed(desired: DesiredState): DesiredState {
  const part = disabled === undefined ? undefined : PARTS[disabled];
  return part === undefined ? desired : part(desired);
}

/** Makes something with nothing taken away: what a test starts from, and not what it shows. */
export async function whole<T>(make: () => Promise<T>): Promise<T> {
  const before = disabled;
  disabled = undefined;
  try {
    return await make();
  } finally {
    disabled = before;
  }
}

/** Runs a body while a rule or part is taken away. */
export async function without(name: string, body: () => void | Promise<void>): Promise<void> {
  disabled = name;
  try {
    await body();
  } finally {
    disabled = undefined;
  }
}
