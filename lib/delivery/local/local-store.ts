import { backedBy } from '../git/backing';
import { storeOver, tryAnswer } from '../git/git-store';
import { updateRef } from '../git/update-ref';
import type { RefUpdate, Store } from '../store';
import { principal, readPeople } from './people';
import { type Receiving, recordPushes, refusals } from './receive';

/**
 * The repository of a local host as one identity: as GitHub's interface for refs does, it judges a change by the rulesets like a push, and
 * then moves the ref if it still is where the caller saw it. No push is made, as the objects are there already.
 */
export function localStore(at: Receiving, as: string, onBranchDeleted: (branch: string, head: string) => Promise<void>): Store {
  const backing = backedBy(at.repository);

  async function change(ref: string, to: string | undefined, expect: string | undefined): Promise<RefUpdate> {
    const who = principal(await readPeople(at.folder.people), as);
    const changes = [{ ref, ...(expect === undefined ? {} : { from: expect }), ...(to === undefined ? {} : { to }) }];
    const refused = await refusals(at, who, changes);
    if (refused.length > 0) return { kind: 'refused', reason: refused.join('\n') };
    await recordPushes(at, who, changes);
    return updateRef(at.repository, ref, to, expect);
  }

  return storeOver(backing, {
    moveRef: async (ref, to, expect, force = false) => (await tryAnswer(backing, { ref, to, expect, force })) ?? change(ref, to, expect),
    async deleteRef(ref, expect) {
      const found = await at.repository.tryRef(ref);
      if (found !== expect) return found === undefined ? { kind: 'moved' } : { kind: 'moved', found };
      const outcome = await change(ref, undefined, expect);
      if (outcome.kind === 'done' && ref.startsWith('refs/heads/')) await onBranchDeleted(ref.slice('refs/heads/'.length), expect);
      return outcome;
    },
  });
}
