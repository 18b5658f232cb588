import { resolve as resolvePath } from 'node:path';
import { createRelease, renderRelease, writeRenderedRelease } from '../delivery';
import type { RunCommand } from './command-line';
import { withDelivery } from './delivery-session';
import { outcomeText } from './delivery-text';
import { Exit, printJson, WrongUseError } from './io';
import { releaseRequest } from './requested-release';

/** `stagegate release create`: renders every environment with new images, or with a changed program, and stores the result. */
export const run: RunCommand = async (call) => {
  const { io, options } = call;
  if ((options.renderOnly === true) !== (options.out !== undefined)) {
    throw new WrongUseError('--render-only and --out go together', 'give both to hand over what is rendered, or none to store it');
  }
  return withDelivery(call, async (session) => {
    const request = await releaseRequest(io, session, options);
    if (options.out !== undefined) {
      const folder = String(options.out);
      const rendered = await renderRelease(session.delivery, request);
      await writeRenderedRelease(resolvePath(io.folder, folder), rendered);
      const { environments, ...draft } = rendered;
      if (options.json === true) printJson(io, { version: 1, folder, ...draft, environments: [...environments.keys()] });
      else
        io.out(
          [
            ...rendered.notes,
            `${folder}: ${environments.size} environments rendered on ${rendered.parent ?? 'no earlier release'}; store it with stagegate release store ${folder}`,
          ].join('\n'),
        );
      return Exit.done;
    }
    const outcome = await createRelease(session.delivery, request);
    if (options.json === true) printJson(io, { version: 1, ...outcome });
    else io.out(outcomeText(outcome));
    return Exit.done;
  });
};
