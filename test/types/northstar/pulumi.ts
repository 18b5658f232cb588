import * as pulumi from '@pulumi/pulumi';
import { Cluster, Environment, Platform, Repository, Slot, Target, Tier } from 'stagegate';
import { bindInput, chosenStack, EnvironmentResources, RepositoryResources, recordedRelease } from 'stagegate/pulumi';

const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: 'shop.example.com' });
new Repository(platform, 'shop', { name: 'acme/shop', delivery: true });
const prodHost = Slot.host('prod');
const prod = new Environment(platform, 'prod', {
  tier: Tier.production,
  target: Target.kubernetes(Cluster.argoCd('main', { url: 'https://argocd.example.com' })),
  host: prodHost,
});

// A stack, chosen by its name.
declare const provider: pulumi.ProviderResource;
export const stack = () => new EnvironmentResources('prod', { environment: prod }, { provider }).outputs;
export const repositories = () => new RepositoryResources('github', { platform }, { provider }).outputs;
export const outputs = chosenStack({ prod: stack, github: repositories });

// Inside someone's program.
declare const own: pulumi.ProviderResource;
declare const zone: { readonly name: pulumi.Output<string> };
const production = new EnvironmentResources('prod', { environment: prod, inputs: [bindInput(prodHost, zone.name)] }, { provider: own });
export const url: pulumi.Output<string> = production.outputs.url;

// Without Argo CD.
export const synced = async () => {
  const release = await recordedRelease(prod);
  return new EnvironmentResources('prod', { environment: prod, release }, { provider: own }).outputs.release satisfies string | undefined;
};

// Only text and numbers fill slots.
// @ts-expect-error
bindInput(prodHost, pulumi.output({ host: 'shop.example.com' }));
