import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bind, requireBound } from '../compile/bind';
import { compile } from '../compile/compile';
import { type Actor, type Delivery, type Host, type ReleaseImages, type Render, type RenderedEnvironment, slotValues } from '../delivery';
import type { DesiredState } from '../desired/desired-state';
import type { PlatformModel } from '../model/platform-model';
import { bootstrapFiles, manifestFiles } from '../render/environment-files';
import type { SlotValue } from '../values/slot';
import type { CommandCall } from './command-line';
import { plainRecord, readYaml, resolvedProgram } from './compiled-program';
import { type HostName, hostName } from './host-name';
import { type Io, WrongUseError } from './io';
import { openedGitHub } from './opened-github';
import type { OpenedHost } from './opened-host';
import { openedLocalHost } from './opened-local-host';
import { type Checkout, checkOut } from './program-checkout';
import { openTarget } from './target-file';

/** All that a delivery command needs, opened for one run. */
export interface Session {
  /** The policy of the program branch's head, git and host as the delivery app, and the target. */
  readonly delivery: Delivery;
  readonly model: PlatformModel;
  readonly desired: DesiredState;
  readonly host: HostName;
  /** Repository on this machine that has the commits of the program branch. */
  readonly gitDir: string;
  /** Head of the program branch, from which everything is compiled. */
  readonly programHead: string;
  /** Who calls: `--as`, the owner of the token, or the delivery app. */
  readonly caller: Actor;
  readonly render: Render;
  /** The host as the caller. */
  readonly callersHost: Host;
}

/** Opens the host of a call, runs the work and cleans up. Policy is the one at the head of the program branch, never that of the work tree. */
export async function withDelivery(
  call: Pick<CommandCall, 'io' | 'options'>,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const { io, options } = call;
  const name = hostName(io, options);
  const opened = await openedHost(io, options, name);
  const { gitDir, programBranch, programHead, programRefusal } = opened;
  if (programHead === undefined)
    throw new WrongUseError(
      `the branch ${programBranch} of the host holds no program yet`,
      'push the program there, or let stagegate bootstrap do it',
    );
  const given = options.program as string | undefined;
  const isModel = given?.endsWith('.json') === true;
  if (programRefusal !== undefined && !isModel) throw new WrongUseError(programRefusal.message, programRefusal.remedy);
  const checkout = await checkOut(gitDir, programHead, io.folder);
  try {
    const place = { folder: checkout.folder, note: io.note, isTemporary: true };
    const { model } = isModel ? await resolvedProgram(io, given) : await resolvedProgram(place, given);
    checkProgram(model, programBranch, isModel ? undefined : given);
    if (!isModel && hasOtherPackages(checkout, model.program.lockFile)) {
      io.note(`the packages installed here are not those of ${model.program.lockFile} at the head of ${programBranch}: run npm ci there`);
    }
    const desired = compile(model);
    const { store, host, sources, caller, callersHost } = await opened.open(desired.delivery);
    const { target, warning } = openTarget(opened.targetFolder, desired.delivery, store, () => host.now());
    if (warning !== undefined) io.note(warning);
    return await work({
      delivery: { desired: desired.delivery, store, host, target, ...(sources !== undefined && { sources }) },
      model,
      desired,
      host: name,
      gitDir,
      programHead,
      caller,
      render: renderer(desired, () => valuesBeside(dirname(join(checkout.folder, model.program.file)))),
      callersHost,
    });
  } finally {
    await checkout.remove();
  }
}

function openedHost(io: Io, options: CommandCall['options'], name: HostName): Promise<OpenedHost> {
  return name.kind === 'local' ? openedLocalHost(io, options, name.root) : openedGitHub(io, options, name.repository);
}

/** The person who calls. @throws WrongUseError when nobody is named, or an app. */
export function person({ host, caller }: Session, options: Readonly<Record<string, unknown>>): Actor {
  if (caller.kind === 'person') return caller;
  if (host.kind === 'github')
    throw new WrongUseError(`${caller.login} is an app`, 'do this as a person, with your own token in GITHUB_TOKEN');
  if (options.as === undefined) throw new WrongUseError('it is not said who you are', 'give your login with --as, or in STAGEGATE_AS');
  throw new WrongUseError(`${caller.login} is an app`, 'do this as a person, with --as LOGIN');
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
