import { existsSync } from 'node:fs';
import { openLocalHost } from '../delivery';
import { git } from '../delivery/git/git-process';
import { hostFolder } from '../delivery/local/host-folder';
import { type Io, WrongUseError } from './io';
import type { OpenedHost } from './opened-host';

/** Opens a local host. The delivery app is whoever the program says, and the caller is `--as`, or the delivery app. */
export async function openedLocalHost(io: Io, options: Readonly<Record<string, unknown>>, root: string): Promise<OpenedHost> {
  const { repository: gitDir } = hostFolder(root);
  if (!existsSync(gitDir))
    throw new WrongUseError(`${root} holds no local host`, `make one there: stagegate bootstrap --host ${String(options.host)} --as LOGIN`);
  const programBranch = (await git(['symbolic-ref', '--short', 'HEAD'], { gitDir })).trim();
  return {
    shown: root,
    gitDir,
    programBranch,
    programHead: await tryCommit(gitDir, programBranch),
    targetFolder: root,
    async open(desired) {
      const app = await openLocalHost(root, { as: desired.apps.delivery.slug, clock: io.now });
      const caller = options.as === undefined ? app : await openLocalHost(root, { as: String(options.as), clock: io.now });
      return { ...app, caller: await caller.host.actor(), callersHost: caller.host };
    },
  };
}

/** The commit of a branch; undefined when there is none. */
export async function tryCommit(repository: string, branch: string): Promise<string | undefined> {
  return (await git(['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`], { gitDir: repository })).trim() || undefined;
}
