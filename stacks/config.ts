import * as github from '@pulumi/github';
import * as k8s from '@pulumi/kubernetes';
import { type ComponentResourceOptions, Config } from '@pulumi/pulumi';
import type { Environment } from 'stagegate';
import { type BoundInput, ConfigKey, stackConfig } from 'stagegate/pulumi';

/** What the configuration of a stack comes to. */
export interface Configured {
  readonly inputs: readonly BoundInput[];
  readonly options: ComponentResourceOptions;
}

const SLOTS = ConfigKey.optional(ConfigKey.slots());
const PROTECT = ConfigKey.optional(ConfigKey.flag({ expected: 'true or false, in place of the guards by tier' }));

/** The cluster of an environment: a context is always named, so that nothing is applied to whatever cluster is current. */
export function environmentConfig(environment: Environment): Configured {
  const { kubeconfig, context, slots, protect } = stackConfig({
    context: ConfigKey.text({ expected: 'a context of the kubeconfig', example: 'CONTEXT' }),
    kubeconfig: ConfigKey.optional(ConfigKey.secret({ expected: 'path of a kubeconfig, or its text; else $KUBECONFIG' })),
    slots: SLOTS,
    protect: PROTECT,
  });
  const provider = new k8s.Provider(environment.environmentName, { context, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
  return { inputs: slots ?? [], options: { provider, ...(protect === undefined ? {} : { protect }) } };
}

/** The account of GitHub that owns the repositories. */
export function repositoryConfig(): Configured & { readonly secrets: Readonly<Record<string, import('@pulumi/pulumi').Output<string>>> } {
  const { deliveryKey, intakeKey, slots, protect } = stackConfig({
    slots: SLOTS,
    deliveryKey: ConfigKey.optional(ConfigKey.secret({ expected: 'private key of the delivery app, PEM' })),
    intakeKey: ConfigKey.optional(ConfigKey.secret({ expected: 'private key of the intake app, PEM' })),
    protect: PROTECT,
  });
  const account = new Config('github');
  const [baseUrl, token] = [account.get('baseUrl'), account.getSecret('token')];
  const provider = new github.Provider('github', {
    owner: account.require('owner'),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(token === undefined ? {} : { token }),
  });
  return {
    inputs: slots ?? [],
    options: { provider, ...(protect === undefined ? {} : { protect }) },
    secrets: {
      ...(deliveryKey === undefined ? {} : { 'stagegate/STAGEGATE_APP_PRIVATE_KEY': deliveryKey }),
      ...(intakeKey === undefined ? {} : { 'stagegate-intake/STAGEGATE_INTAKE_PRIVATE_KEY': intakeKey }),
    },
  };
}
