import { resolve as resolvePath } from 'node:path';
import { repositoryName } from '../github';
import { type Io, WrongUseError } from './io';

/** Where releases are delivered. */
export type HostName =
  /** A folder that stands for GitHub. */
  { readonly kind: 'local'; readonly root: string } | { readonly kind: 'github'; readonly repository: string };

const GITHUB = /^github:(?:\/\/)?/;

/**
 * The host that `--host` names: a folder, or `github:owner/name`. In a run of GitHub Actions it is the repository of the run.
 *
 * @throws WrongUseError when none is named; DeliveryError when the repository is not `owner/name`.
 */
export function hostName(io: Io, options: Readonly<Record<string, unknown>>): HostName {
  const { GITHUB_ACTIONS, GITHUB_REPOSITORY } = io.environment;
  const given = options.host ?? (GITHUB_ACTIONS === 'true' && GITHUB_REPOSITORY ? `github:${GITHUB_REPOSITORY}` : undefined);
  if (given === undefined)
    throw new WrongUseError('no host is named', 'give the folder of a local host, or github:owner/name, with --host or in STAGEGATE_HOST');
  const text = String(given);
  if (!GITHUB.test(text)) return { kind: 'local', root: resolvePath(io.folder, text) };
  const repository = text.replace(GITHUB, '');
  repositoryName(repository);
  return { kind: 'github', repository };
}
