import { imagesOf, type Release, readState, release } from '../delivery';
import type { RunCommand } from './command-line';
import { withDelivery } from './delivery-session';
import { Exit, printJson } from './io';
import { table } from './text';

/** `stagegate release list`: the releases in the order in which they were made, newest first. */
export const run: RunCommand = async (call) =>
  withDelivery(call, async ({ delivery }) => {
    const { io, options } = call;
    const { releases } = await readState(delivery);
    const listed = await Promise.all(releases.slice(-Number(options.limit)).map(({ id }) => release(delivery, id)));
    listed.reverse();
    if (options.json === true) printJson(io, { version: 1, releases: listed });
    else if (listed.length === 0) io.out('no release was made yet');
    else
      io.out(
        table([
          ['release', 'born in', 'created', 'source commits'],
          ...listed.map((one) => [one.id, one.environment, one.createdAt, commitsOf(one)]),
        ]),
      );
    return Exit.done;
  });

function commitsOf({ images }: Release): string {
  return [...new Set(imagesOf(images).map(({ source }) => source.commit.slice(0, 7)))].join(', ');
}
