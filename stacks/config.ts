import * as github from '@pulumi/github';
import * as k8s from '@pulumi/kubernetes';
import type { ComponentResourceOptions } from '@pulumi/pulumi';
import { type Environment, Platform } from 'stagegate';
import { type BoundInput, ConfigKey, checkPlatform, type RepositoryResourcesProps, stackConfig } from 'stagegate/pulumi';

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
 * cluster: how that is reached may change, and differ between machines, without everything in it being made anew. What somebody changed by
 * hand is taken back, as the program decides.
 */
export function environmentConfig(environment: Environment): Configured {
  checkPlatform(Platform.of(environment));
  const config = stackConfig({
    'kubernetes:context': ConfigKey.text({ expected: 'a context of the kubeconfig' }),
    'kubernetes:kubeconfig': ConfigKey.optional(ConfigKey.secret({ expected: 'path of a kubeconfig, or its text' })),
    slots,
    protect,
  });
  const provider = new k8s.Provider(environment.environmentName, {
    context: config['kubernetes:context'],
    kubeconfig: config['kubernetes:kubeconfig'],
    clusterIdentifier: config['kubernetes:context'],
    enablePatchForce: true,
  });
  return { inputs: config.slots ?? [], options: { provider, protect: config.protect } };
}

/** The account of GitHub that owns the repositories, with all else that `github:` says; the token may come from $GITHUB_TOKEN. */
export function repositoryConfig(platform: Platform): Configured & Pick<RepositoryResourcesProps, 'secrets'> {
  checkPlatform(platform);
  const key = (app: string) => ConfigKey.optional(ConfigKey.secret({ expected: `private key of the ${app} app, PEM` }));
  const config = stackConfig({
    'github:owner': ConfigKey.text({ expected: 'the owner of the repositories' }),
    deliveryKey: key('delivery'),
    intakeKey: key('intake'),
    slots,
    protect,
  });
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
