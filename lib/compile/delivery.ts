import type { DeliveryEdge, DeliveryEnvironment, DeliveryLane, DeliveryService, DesiredDelivery } from '../desired/desired-state';
import type { EnvironmentModel, PlatformModel, PolicyModel, ServiceModel } from '../model/platform-model';
import { imageSlot } from '../values/slot';

/** Branch that says what should run in an environment. */
export function environmentBranch(environment: string): string {
  return `env/${environment}`;
}

/** Name of the Argo CD Application, and of the AppProject, of an environment. */
export function applicationName(platform: string, environment: string): string {
  return `${platform}-${environment}`;
}

/** What the delivery app executes: edges with their gates and lanes, the refs it reads and writes, the apps it is and trusts. */
export function compileDelivery(model: PlatformModel): DesiredDelivery {
  return {
    repository: model.program.repository,
    programBranch: model.program.branch,
    programFile: model.program.file,
    lockFile: model.program.lockFile,
    stateBranch: 'stagegate/state',
    releaseTagPrefix: 'stagegate/releases/',
    promotionBranchPrefix: 'promote/',
    gatesContext: 'stagegate/gates',
    headContext: 'stagegate/head',
    policyContext: 'stagegate/policy',
    apps: model.apps,
    environments: model.environments.map((environment) => deliveryEnvironment(model, environment)),
    edges: model.policies.map(deliveryEdge),
    services: model.services.map(deliveryService),
    suites: model.suites.map(({ name, run }) => ({ name, run })),
    headRules: model.protections
      .filter((protection) => protection.ref.kind === 'branch' && protection.onlyFrom.length > 0)
      .map(({ ref, onlyFrom }) => ({ repository: ref.repository, branch: ref.pattern, onlyFrom })),
  };
}

function deliveryEnvironment(model: PlatformModel, environment: EnvironmentModel): DeliveryEnvironment {
  const { target } = environment;
  const cluster = target.kind === 'kubernetes' ? model.clusters.find((candidate) => candidate.name === target.cluster) : undefined;
  return {
    name: environment.name,
    tier: environment.tier,
    lifecycle: environment.lifecycle,
    branch: environmentBranch(environment.name),
    ...(environment.source === undefined ? {} : { source: environment.source }),
    sync: environment.sync.kind,
    ...(environment.sync.kind === 'manual' && environment.sync.group !== undefined ? { syncGroup: environment.sync.group } : {}),
    ...(cluster === undefined || environment.sync.kind === 'pulumi'
      ? {}
      : { application: { name: applicationName(model.name, environment.name), namespace: cluster.namespace, url: cluster.url } }),
    ...(target.kind === 'kubernetes' ? { namespace: target.namespace } : {}),
    host: environment.host,
    health: environment.health,
    admit: environment.admit,
    imageTag: environment.imageTag,
    targetSeconds: environment.targetSeconds,
  };
}

function deliveryEdge(policy: PolicyModel): DeliveryEdge {
  const approvals = policy.gates.find((gate) => gate.kind === 'approvals');
  const lanes: DeliveryLane[] = [
    { kind: 'normal' },
    {
      kind: 'manual-rollback',
      approvals: policy.rollback.approvals,
      including: policy.rollback.approvals > 0 && approvals?.kind === 'approvals' ? approvals.including : [],
    },
  ];
  if (policy.rollback.automatic) lanes.push({ kind: 'automatic-rollback' });
  return {
    policy: policy.name,
    from: policy.from,
    to: policy.to,
    ...(policy.on === undefined ? {} : { on: policy.on }),
    gates: policy.gates,
    select: policy.select,
    lanes,
  };
}

function deliveryService(service: ServiceModel): DeliveryService {
  return {
    name: service.name,
    repository: service.repository,
    images: [
      { slot: imageSlot(service.name), repository: service.image, build: service.build },
      ...service.sidecars.map((sidecar) => ({
        slot: imageSlot(service.name, sidecar.name),
        repository: sidecar.image,
        build: sidecar.build,
      })),
    ],
    environments: service.environments.map((refined) => refined.environment),
  };
}
