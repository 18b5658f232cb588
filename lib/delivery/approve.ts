import { type Delivery, environmentNamed } from './delivery';
import { refuseDelivery, wrongUse } from './error';
import { readFacts } from './facts';
import type { Host, PullRequest } from './host';

export interface ApproveOptions {
  /** Release whose promotion is meant, when several are open. */
  readonly release?: string;
  readonly body?: string;
}

/**
 * Approves the open promotion into an environment at the head that it has now, as a person. `person` is a host that acts as that person.
 *
 * @throws DeliveryError when none is open, or several are and none was named
 */
export async function approve(delivery: Delivery, person: Host, environment: string, options: ApproveOptions = {}): Promise<PullRequest> {
  environmentNamed(delivery.desired, environment);
  const actor = await person.actor();
  if (actor.kind !== 'person') wrongUse(`${actor.login} is an app`, 'approve as a person');
  const { open } = await readFacts(delivery, environment);
  const found = open.filter((pull) => options.release === undefined || pull.head.includes(`/${options.release}`));
  const [pull] = found;
  if (pull === undefined)
    return refuseDelivery(`no promotion into ${environment} is open`, `look at \`stagegate status ${environment} --why\``);
  if (found.length > 1)
    return wrongUse(
      `${found.length} promotions into ${environment} are open`,
      `name one with --release: ${found.map((one) => one.head.split('/').at(-1)).join(', ')}`,
    );
  await person.review(pull.number, { state: 'approved', commit: pull.headCommit, ...(options.body && { body: options.body }) });
  return pull;
}
