import { openSlots } from '../compile/bind';
import type { DesiredState } from '../desired/desired-state';
import { check } from '../rules/check';
import type { Stack, StackResource } from '../stack/stack';
import { stackNames, tryStack } from '../stack/stacks';
import type { RunCommand } from './command-line';
import { compiledProgram } from './compiled-program';
import { Exit, printJson, WrongUseError } from './io';
import { colours, table } from './text';

/** A stack with what is known only when it is applied. */
interface PreviewedStack extends Stack {
  /** Names of the slots in its inputs, each filled by an input of the stack. */
  readonly slots: readonly string[];
  /** Names of its secrets, each registered when it has a value. */
  readonly secrets: readonly string[];
  /** Branch that records the release whose objects the stack applies as well; absent where Argo CD applies them. */
  readonly releaseBranch?: string;
}

/** `stagegate preview`: what stacks register, from the program alone. No cluster, no account and no Pulumi is asked. */
export const run: RunCommand = async ({ io, args, options }) => {
  const { model, desired } = await compiledProgram(io, options);
  const [only] = args;
  const names = stackNames(desired);
  if (only !== undefined && !names.includes(only))
    throw new WrongUseError(`there is no stack ${only}`, `choose one of ${names.join(', ')}`);
  const stacks = (only === undefined ? names : [only]).map((name) => previewed(desired, name));
  if (options.json === true) printJson(io, { version: 1, platform: desired.platform, stacks });
  else io.out(stacks.map((stack) => stackText(stack, colours(io).bold)).join('\n\n'));
  const { diagnostics } = check(model, desired, { date: new Date(io.now()).toISOString().slice(0, 10) });
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  if (errors === 0) return Exit.done;
  io.note(
    `error  check finds ${errors === 1 ? 'an error' : `${errors} errors`}: as the program is, a stack registers nothing\n  remedy  stagegate check`,
  );
  return Exit.findings;
};

function previewed(desired: DesiredState, name: string): PreviewedStack {
  const stack = tryStack(desired, name);
  if (stack === undefined) throw new Error(`there is no stack ${name}`);
  const environment = desired.delivery.environments.find((candidate) => candidate.name === name);
  return {
    ...stack,
    slots: openSlots(stack.resources.map(({ inputs }) => inputs)),
    secrets: [...new Set(stack.resources.flatMap(({ secret }) => secret ?? []))],
    ...(stack.kind === 'environment' && environment?.sync === 'pulumi' ? { releaseBranch: environment.branch } : {}),
  };
}

function stackText({ name, kind, resources, slots, secrets, releaseBranch }: PreviewedStack, bold: (text: string) => string): string {
  const component = kind === 'environment' ? 'EnvironmentResources' : 'RepositoryResources';
  const numbers = new Map(resources.map((resource, index) => [resource.name, index + 1]));
  const rows = resources.map((resource) => [
    String(numbers.get(resource.name)).padStart(String(resources.length).length + 2),
    resource.name,
    moduleOf(resource),
    remarks(resource, numbers).join(', '),
  ]);
  return [
    `${bold(name)}  stagegate:index:${component}, ${resources.length} ${resources.length === 1 ? 'resource' : 'resources'}`,
    ...(rows.length === 0 ? [] : [table(rows)]),
    ...(slots.length === 0 ? [] : [`  known when applied: ${slots.join(', ')}`]),
    ...(secrets.length === 0 ? [] : [`  registered when they have a value: ${secrets.join(', ')}`]),
    ...(releaseBranch === undefined ? [] : [`  applied as well: the objects of the release that ${releaseBranch} records`]),
  ].join('\n');
}

/** The version of the API that a kind is of. */
function moduleOf({ type }: StackResource): string {
  const [provider = '', module = ''] = type.split(':');
  return provider === 'kubernetes' ? module : '';
}

function remarks(resource: StackResource, numbers: ReadonlyMap<string, number>): string[] {
  const after = ranges(resource.dependsOn.map((name) => numbers.get(name) ?? 0));
  return [
    ...(after === '' ? [] : [`after ${after}`]),
    ...(resource.protect ? ['protected'] : []),
    ...(resource.retainOnDelete ? ['retained'] : []),
    ...openSlots(resource.inputs),
    ...(resource.secret === undefined ? [] : ['secret']),
  ];
}

/** Numbers in ascending order, neighbours drawn together: `1-3 5`. */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(' ');
}
