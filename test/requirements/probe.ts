import type { DesiredEnvironment, DesiredRepository, DesiredState, KubernetesObject } from 'stagegate';

/** The rule or compiler part that the present run does without, by `STAGEGATE_PROBE`; none in an ordinary run. */
export const DISABLED: string | undefined = process.env.STAGEGATE_PROBE || undefined;

/** Codes of rules that a check leaves out. */
export const WITHOUT_RULES: readonly string[] = DISABLED !== undefined && /^SG\d{3}$/.test(DISABLED) ? [DISABLED] : [];

type Part = (desired: DesiredState) => DesiredState;

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

const gates =
  (kind: string): Part =>
  (desired) => ({
    ...desired,
    delivery: {
      ...desired.delivery,
      edges: desired.delivery.edges.map((edge) => ({ ...edge, gates: edge.gates.filter((gate) => gate.kind !== kind) })),
    },
  });

/** What each part of the compiler adds, taken away again. */
export const PARTS: Readonly<Record<string, Part>> = {
  'kubernetes/namespace': objects('Namespace'),
  'kubernetes/network-policy': objects('NetworkPolicy'),
  'kubernetes/deployment': objects('Deployment'),
  'kubernetes/ingress': objects('Ingress'),
  'kubernetes/certificate': objects('Certificate'),
  'kubernetes/external-secret': objects('ExternalSecret'),
  'argocd/application': objects('Application'),
  'argocd/app-project': objects('AppProject'),
  'github/rulesets': repositories((repository) => ({ ...repository, rulesets: [] })),
  'github/environments': repositories((repository) => ({ ...repository, environments: [] })),
  'github/workflows': repositories((repository) => ({ ...repository, workflows: [] })),
  'github/codeowners': repositories((repository) => ({ ...repository, files: [] })),
  'delivery/source': (desired) => ({
    ...desired,
    delivery: {
      ...desired.delivery,
      environments: desired.delivery.environments.map(({ source: _source, ...environment }) => environment),
    },
  }),
  'delivery/on': (desired) => ({
    ...desired,
    delivery: { ...desired.delivery, edges: desired.delivery.edges.map(({ on: _on, ...edge }) => edge) },
  }),
  'delivery/edges': (desired) => ({ ...desired, delivery: { ...desired.delivery, edges: [] } }),
  'delivery/head-rules': (desired) => ({ ...desired, delivery: { ...desired.delivery, headRules: [] } }),
  'delivery/sync': (desired) => ({
    ...desired,
    delivery: {
      ...desired.delivery,
      environments: desired.delivery.environments.map((environment) => ({
        ...environment,
        sync: environment.sync === 'manual' ? 'automatic' : 'manual',
      })),
    },
  }),
  'gate/healthy': gates('healthy'),
  'gate/soak': gates('soak'),
  'gate/verified': gates('verified'),
  'gate/approvals': gates('approvals'),
  'gate/manual': gates('manual'),
  documents: (desired) => ({ ...desired, documents: [] }),
};

/** A desired state without the part that the present run does without. */
export function probed(desired: DesiredState): DesiredState {
  const part = DISABLED === undefined ? undefined : PARTS[DISABLED];
  return part === undefined ? desired : part(desired);
}
