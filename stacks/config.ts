import * as github from '@pulumi/github';
import * as k8s from '@pulumi/kubernetes';
import type { ComponentResourceOptions } from '@pulumi/pulumi';
import { type Environment, Platform } from 'stagegate';
import { type BoundInput, ConfigKey, checkCluster, checkPlatform, type RepositoryResourcesProps, stackConfig } from 'stagegate/pulumi';

/** What the configuration of a stack comes to. */
interface Configured {
  /** Values of slots. */
  readonly inputs: readonly BoundInput[];
  /** Where to, and what is guarded. */
  readonly options: ComponentResourceOptions;
}

const slots = ConfigKey.optional(ConfigKey.slots());
const protect = ConfigKey.optional(ConfigKey.flag({ expected: 'all or nothing guarded, in place of what the tier asks for' }));

/**
 * The cluster of an environment. A context is always named, so that nothing is applied to whatever cluster is current, and it stands for the
 * cluster: how that is reached may change, and differ between machines, without everything in it being made anew. Whether it leads to the
 * right one is known by the uid of the cluster, where that is set. What somebody changed by hand is taken back, as the program decides.
 */
export async function environmentConfig(environment: Environment): Promise<Configured> {
  checkPlatform(Platform.of(environment));
  const config = stackConfig({
    'kubernetes:context': ConfigKey.text({ expected: 'a context of the kubeconfig' }),
    'kubernetes:kubeconfig': ConfigKey.optional(ConfigKey.secret({ expected: 'path of a kubeconfig, or its text' })),
    cluster: ConfigKey.optional(ConfigKey.text({ expected: 'uid of the namespace kube-system of the cluster' })),
    slots,
    protect,
  });
  const { 'kubernetes:context': context, 'kubernetes:kubeconfig': kubeconfig } = config;
  const checked = await checkCluster({ uid: config.cluster, context, kubeconfig });
  const provider = new k8s.Provider(environment.environmentName, {
    context,
    kubeconfig,
    clusterIdentifier: context,
    enablePatchForce: true,
  });
  return { inputs: config.slots ?? [], options: { provider, protect: config.protect, ...checked } };
}

/** The account of GitHub that owns the repositories, with all else that `github:` says; the token may come from $GITHUB_TOKEN. */
export function repositoryConfig(platform: Platform): Configured & Pick<RepositoryResourcesProps, 'secrets'> {
  checkPlatform(platform);
  const key = (app: string) => ConfigKey.optional(ConfigKey.secret({ expected: `private key of the ${app} app, PEM` }));
  const config = stackConfig(
    {
      'github:owner': ConfigKey.text({ expected: 'the owner of the repositories' }),
      deliveryKey: key('delivery'),
      intakeKey: key('intake'),
      slots,
      protect,
    },
    { whole: ['github'] },
  );
  const provider = new github.Provider('github', { ...github.config });
  return {
    inputs: config.slots ?? [],
    options: { provider, protect: config.protect },
    secrets: {
      'stagegate/STAGEGATE_APP_PRIVATE_KEY': config.deliveryKey,
      'stagegate-intake/STAGEGATE_INTAKE_PRIVATE_KEY': config.intakeKey,
    },
  };
}
