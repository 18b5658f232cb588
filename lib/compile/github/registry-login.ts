import type { PlatformModel } from '../../model/platform-model';

/** How a build gets into the registry. */
export type RegistryLogin =
  /** GitHub's own registry takes the token of the run. */
  | { readonly kind: 'run-token'; readonly host: string }
  /** Names of two secrets of the GitHub environment in which images are built. */
  | { readonly kind: 'secrets'; readonly host: string; readonly user: string; readonly password: string };

export function registryLogin(model: PlatformModel): RegistryLogin {
  const host = model.registry.split('/')[0] ?? '';
  if (host === 'ghcr.io') return { kind: 'run-token', host };
  return { kind: 'secrets', host, user: 'STAGEGATE_REGISTRY_USER', password: 'STAGEGATE_REGISTRY_PASSWORD' };
}
