import { bind, requireBound } from '../compile/bind';
import type { Compared, Difference } from '../diff/difference';
import { differenceOf, type ObjectDifference } from '../diff/difference-of';
import { environmentDifference } from '../diff/environment-difference';
import { sameJson } from '../diff/json';
import { policyDifference } from '../diff/policy/policy-changes';
import { differenceMarkdown } from '../report/difference-markdown';
import { intentOf } from '../rules/intent';
import { withoutSecretsInText } from '../values/secret-material';
import type { RunCommand } from './command-line';
import { type CompiledProgram, compiledProgram, slotValues } from './compiled-program';
import { type BaseProgram, baseProgram } from './diff-base';
import { liveComparison } from './diff-live';
import { environmentOf, released, tryReleased, withImages } from './diff-released';
import { type Clone, cloneAround, comparedHead } from './diff-repository';
import { differenceText } from './diff-text';
import { Exit, type Io, printJson, WrongUseError } from './io';
import { kubectl } from './kubectl';
import { packageVersion } from './version';
import { wholeDifferenceCommand } from './whole-difference';

type Options = Readonly<Record<string, unknown>>;

/** `stagegate diff`: what the program changes, against another commit, against what is released, or against a cluster. */
export const run: RunCommand = async ({ io, options }) => {
  checkOptions(options);
  const head = await compiledProgram(io, options);
  const compared =
    options.released !== undefined
      ? await withReleased(io, options, head, String(options.released))
      : options.live !== undefined
        ? await withCluster(io, options, head, String(options.live))
        : await withBase(io, options, head);
  const difference = { ...compared, notCompared: compared.notCompared.map(shown) };
  print(io, options, difference);
  const { environments, repositories, policy } = difference;
  return options.exitCode === true && environments.length + repositories.length + policy.length > 0 ? Exit.findings : Exit.done;
};

/** Why something was not compared may be said by others: a program, a server. */
function shown({ what, why }: Difference['notCompared'][number]): Difference['notCompared'][number] {
  return { what, why: withoutSecretsInText(why) };
}

function checkOptions(options: Options): void {
  const sides = (['base', 'released', 'live'] as const).filter((name) => options[name] !== undefined);
  if (sides.length > 1) throw new WrongUseError(`--${sides.join(' and --')} are two things to compare with`, 'name one of them');
  if (options.env !== undefined && sides[0] !== undefined && sides[0] !== 'base')
    throw new WrongUseError(`--${sides[0]} compares one environment already`, 'leave --env out');
  const ofClusters = (['kubeconfig', 'context'] as const).find((name) => options[name] !== undefined);
  if (ofClusters !== undefined && options.live === undefined)
    throw new WrongUseError(`--${ofClusters} is for --live`, 'name the environment to compare with its cluster: --live ENV');
}

function print(io: Io, options: Options, difference: Difference): void {
  switch (options.json === true ? 'json' : options.format) {
    case 'json':
      printJson(io, difference);
      break;
    case 'markdown':
      io.out(
        differenceMarkdown(difference, { tool: packageVersion(), wholeCommand: wholeDifferenceCommand(difference, options) }).join('\n'),
      );
      break;
    default:
      io.out(differenceText(io, difference));
  }
}

async function withBase(io: Io, options: Options, head: CompiledProgram): Promise<Difference> {
  if (options.env !== undefined) environmentOf(head.desired, String(options.env));
  const clone = await cloneAround(io);
  const base = await baseProgram(io, options, clone, head);
  io.note(`base  ${base.chosen.why}`);
  const sides = { base: base.chosen.compared, head: await comparedHead(clone, head.file) };
  const [was, is] = [base.program?.values ?? {}, slotValues(io, head, options)];
  // Where both sides have the same values it is quicker to fill them into what differs.
  const isSame = base.program === undefined || sameJson(was, is);
  const before = base.program === undefined || isSame ? base.program?.desired : bind(base.program.desired, was);
  const found = differenceOf(before, isSame ? head.desired : bind(head.desired, is), sides);
  const objects = isSame ? bind(found, is) : found;
  if (options.env !== undefined) return onlyEnvironment({ ...objects, notCompared: base.notCompared }, String(options.env));
  const { policy, notCompared } = policyOf(base.program, head);
  return { ...objects, policy, notCompared: [...notCompared, ...base.notCompared] };
}

function policyOf(base: BaseProgram['program'], { desired }: CompiledProgram): Pick<Difference, 'policy' | 'notCompared'> {
  if (base === undefined) return { policy: [], notCompared: [] };
  return policyDifference({ desired: base.desired, intent: intentOf(base.model) }, { desired });
}

function onlyEnvironment(difference: ObjectDifference, name: string): Difference {
  return {
    ...difference,
    environments: difference.environments.filter((environment) => environment.name === name || environment.previous?.name === name),
    repositories: [],
    policy: [],
    notCompared: [
      ...difference.notCompared,
      { what: 'other environments, repositories and the policy', why: `only ${name} was asked for` },
    ],
  };
}

/** What the program would make of the images that are released to an environment, against what is there. */
async function withReleased(io: Io, options: Options, head: CompiledProgram, name: string): Promise<Difference> {
  const environment = environmentOf(head.desired, name);
  const clone = await cloneAround(io);
  const branch = branchOf(head, name);
  const base = await released(io, options, clone, branch);
  const { environment: bound, notCompared } = withImages(environment, {
    ...slotValues(io, head, options),
    ...Object.fromEntries(base.images),
  });
  const found = environmentDifference(
    { environment: { ...environment, bootstrap: [], services: base.services } },
    { environment: { ...bound, bootstrap: [] } },
  );
  return one(head, { base: base.compared, head: await comparedHead(clone, head.file) }, found, [
    ...notCompared,
    { what: `what the stack of ${name} applies`, why: `${branch} holds what is synced from it` },
  ]);
}

/** What applying the program would change in the cluster of an environment. */
async function withCluster(io: Io, options: Options, head: CompiledProgram, name: string): Promise<Difference> {
  const environment = environmentOf(head.desired, name);
  if (environment.target !== 'kubernetes') throw new WrongUseError(`${name} does not run on Kubernetes`, 'choose an environment that does');
  const clone = await cloneAround(io).catch(() => undefined);
  const images = options.images === undefined ? await releasedImages(io, options, head, clone, name) : {};
  const bound = requireBound(bind(environment, { ...slotValues(io, head, options), ...images }), name);
  const { base, head: after, notCompared } = await liveComparison(kubectl(io, options), bound);
  const sides = { base: { name: 'cluster' }, head: clone === undefined ? { name: head.shown } : await comparedHead(clone, head.file) };
  return one(head, sides, environmentDifference({ environment: base }, { environment: after }, { renames: false }), notCompared);
}

/** Images that are released to an environment; none where its branch is not known here. */
async function releasedImages(io: Io, options: Options, head: CompiledProgram, clone: Clone | undefined, name: string) {
  if (clone === undefined) return {};
  const found = await tryReleased(io, options, clone, branchOf(head, name));
  if (found === undefined || found.images.size === 0) return {};
  io.note(`images  those of ${found.compared.name}, ${found.compared.commit?.slice(0, 7)}`);
  return Object.fromEntries(found.images);
}

function branchOf({ desired }: CompiledProgram, name: string): string {
  return desired.delivery.environments.find((environment) => environment.name === name)?.branch ?? `env/${name}`;
}

function one(
  { desired }: CompiledProgram,
  sides: { readonly base: Compared; readonly head: Compared },
  environment: ReturnType<typeof environmentDifference>,
  notCompared: Difference['notCompared'],
): Difference {
  return {
    version: 1,
    platform: desired.platform,
    ...sides,
    environments: environment === undefined ? [] : [environment],
    repositories: [],
    policy: [],
    notCompared,
  };
}
