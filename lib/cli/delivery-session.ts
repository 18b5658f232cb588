import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve as resolvePath } from 'node:path';
import { bind, requireBound } from '../compile/bind';
import { compile } from '../compile/compile';
import {
  type Actor,
  type Delivery,
  type Host,
  openLocalHost,
  type ReleaseImages,
  type Render,
  type RenderedEnvironment,
  slotValues,
} from '../delivery';
import { git } from '../delivery/git/git-process';
import { hostFolder } from '../delivery/local/host-folder';
import type { DesiredState } from '../desired/desired-state';
import type { PlatformModel } from '../model/platform-model';
import { bootstrapFiles, manifestFiles } from '../render/environment-files';
import type { SlotValue } from '../values/slot';
import type { CommandCall } from './command-line';
import { plainRecord, readYaml, resolvedProgram } from './compiled-program';
import { type Io, WrongUseError } from './io';
import { type Checkout, checkOut } from './program-checkout';
import { openTarget } from './target-file';

/** All that a delivery command needs, opened for one run. */
export interface Session {
  /** The policy of the program branch's head, git and host as the delivery app, and the target. */
  readonly delivery: Delivery;
  readonly model: PlatformModel;
  readonly desired: DesiredState;
  /** Folder of the local host. */
  readonly root: string;
  /** Head of the program branch, from which everything is compiled. */
  readonly programHead: string;
  /** Who calls: `--as`, or the delivery app. */
  readonly caller: Actor;
  readonly render: Render;
  /** The host as the caller. */
  readonly callersHost: Host;
}

/** Opens the local host of a call, runs the work and cleans up. Policy is the one at the head of the program branch, never that of the work tree. */
export async function withDelivery(
  call: Pick<CommandCall, 'io' | 'options'>,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const { io, options } = call;
  const root = hostRoot(io, options);
  const { repository } = hostFolder(root);
  if (!existsSync(repository))
    throw new WrongUseError(`${root} holds no local host`, `make one there: stagegate bootstrap --host ${String(options.host)} --as LOGIN`);
  const branch = await programBranch(repository);
  const programHead = await tryCommit(repository, branch);
  if (programHead === undefined)
    throw new WrongUseError(
      `the branch ${branch} of the host holds no program yet`,
      'push the program there, or let stagegate bootstrap do it',
    );
  const checkout = await checkOut(repository, programHead, io.folder);
  try {
    const given = options.program as string | undefined;
    const isModel = given?.endsWith('.json') === true;
    const place = { folder: checkout.folder, note: io.note, isTemporary: true };
    const { model } = isModel ? await resolvedProgram(io, given) : await resolvedProgram(place, given);
    checkProgram(model, branch, isModel ? undefined : given);
    if (!isModel && hasOtherPackages(checkout, model.program.lockFile)) {
      io.note(`the packages installed here are not those of ${model.program.lockFile} at the head of ${branch}: run npm ci there`);
    }
    const desired = compile(model);
    const delivery = desired.delivery;
    const app = await openLocalHost(root, { as: delivery.apps.delivery.slug, clock: io.now });
    const caller = options.as === undefined ? app : await openLocalHost(root, { as: String(options.as), clock: io.now });
    const { target, warning } = openTarget(root, delivery, app.store, () => app.host.now());
    if (warning !== undefined) io.note(warning);
    return await work({
      delivery: { desired: delivery, store: app.store, host: app.host, target },
      model,
      desired,
      root,
      programHead,
      caller: await caller.host.actor(),
      callersHost: caller.host,
      render: renderer(desired, () => valuesBeside(dirname(join(checkout.folder, model.program.file)))),
    });
  } finally {
    await checkout.remove();
  }
}

/** The folder that `--host` names. @throws WrongUseError when none is named. */
export function hostRoot(io: Io, options: Readonly<Record<string, unknown>>): string {
  if (options.host !== undefined) return resolvePath(io.folder, String(options.host));
  throw new WrongUseError(
    'no host is named',
    'give the folder of a local host with --host, or in STAGEGATE_HOST; other hosts are not supported by this version',
  );
}

/** The person who calls. @throws WrongUseError when nobody is named, or an app. */
export function person(session: Session, options: Readonly<Record<string, unknown>>): Actor {
  if (options.as === undefined) throw new WrongUseError('it is not said who you are', 'give your login with --as, or in STAGEGATE_AS');
  if (session.caller.kind !== 'person')
    throw new WrongUseError(`${session.caller.login} is an app`, 'do this as a person, with --as LOGIN');
  return session.caller;
}

/** The default branch of a repository, where the program lies. */
async function programBranch(repository: string): Promise<string> {
  return (await git(['symbolic-ref', '--short', 'HEAD'], { gitDir: repository })).trim();
}

/** The commit of a branch; undefined when there is none. */
export async function tryCommit(repository: string, branch: string): Promise<string | undefined> {
  return (await git(['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`], { gitDir: repository })).trim() || undefined;
}

/** The program must say of itself what is true: rulesets and code owners are compiled from it. */
function checkProgram({ program }: PlatformModel, branch: string, given: string | undefined): void {
  if (program.branch !== branch)
    throw new WrongUseError(
      `the program declares the branch ${program.branch}, but lies on ${branch}, the default branch of the host`,
      'make both the same',
    );
  if (given !== undefined && join(given) !== join(program.file))
    throw new WrongUseError(
      `the program declares that it is ${program.file}, not ${given}`,
      "name its file in the Platform's property program",
    );
}

/** Whether the packages that a checkout borrows were installed by another lock file than its own. */
function hasOtherPackages({ folder, packages }: Checkout, lockFile: string): boolean {
  const [own, theirs] = [join(folder, lockFile), join(packages ?? folder, basename(lockFile))];
  return existsSync(own) && existsSync(theirs) && readFileSync(own, 'utf8') !== readFileSync(theirs, 'utf8');
}

function valuesBeside(folder: string): Record<string, SlotValue> {
  const file = join(folder, 'values.yaml');
  return existsSync(file) ? plainRecord(readYaml(file, 'values.yaml'), 'values.yaml') : {};
}

/** Renders every environment that takes releases with these images, and with the other values that lie beside the program. */
export function renderer(desired: DesiredState, values: () => Readonly<Record<string, SlotValue>>): Render {
  return (images: ReleaseImages) => {
    const filled: Record<string, SlotValue> = { ...values(), ...Object.fromEntries(slotValues(images)) };
    const rendered = new Map<string, RenderedEnvironment>();
    for (const environment of desired.environments) {
      if (environment.lifecycle === 'planned' || environment.lifecycle === 'retired') continue;
      const bound = requireBound(bind(environment, filled), environment.name);
      rendered.set(environment.name, { manifests: manifestFiles(bound), bootstrap: bootstrapFiles(bound) });
    }
    return rendered;
  };
}
