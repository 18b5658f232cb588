import type * as pulumi from '@pulumi/pulumi';
import { refuse } from '../values/diagnostic';
import { withoutStack } from './refusal';

const PROVIDER_TYPE = 'pulumi:providers:';

/**
 * The provider that a component's children will use. It has to be said: without one, Pulumi takes whatever cluster or account this machine
 * happens to be set to.
 *
 * @throws InvalidValueError SG053 when the options name none, nor do those of a parent.
 */
export function requiredProvider(
  name: string,
  kind: 'kubernetes' | 'github',
  options: pulumi.ComponentResourceOptions,
): pulumi.ProviderResource {
  const own = [options.provider, ...Object.values(options.providers ?? [])].find((one) => one !== undefined && isProviderOf(one, kind));
  const found = own ?? options.parent?.getProvider(`${kind}:index:Any`);
  if (found !== undefined) return found;
  return withoutStack(() =>
    refuse({
      code: 'SG053',
      name: 'no-provider',
      path: name,
      message: `nothing says which ${kind === 'kubernetes' ? 'cluster' : 'account of GitHub'} is meant`,
      given: `no provider of ${kind} in the resource options`,
      expected: `{ provider: new ${kind === 'kubernetes' ? 'k8s' : 'github'}.Provider(…) } as the last argument`,
      remedy: 'make a provider and pass it: the default one uses what this machine is set to, whatever that is',
    }),
  );
}

function isProviderOf(provider: pulumi.ProviderResource, kind: string): boolean {
  // Known by its type, also when it comes from another copy of an SDK.
  return (provider as { readonly __pulumiType?: string }).__pulumiType === `${PROVIDER_TYPE}${kind}`;
}
