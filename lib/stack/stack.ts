import { deepFreeze } from '../model/freeze';
import type { Json } from '../model/platform-model';
import { refuse } from '../values/diagnostic';

/** One resource as a stack registers it, in the words of Pulumi and of its provider. Plain data; slots are open until they are bound. */
export interface StackResource {
  /** Type token, for instance `kubernetes:core/v1:Namespace`. */
  readonly type: string;
  /**
   * Logical name, unique in the stack: what the resource is and what it is called, never where it was declared. It is the identity of the
   * resource in Pulumi's state.
   */
  readonly name: string;
  /** Inputs by the provider's names. */
  readonly inputs: Readonly<Record<string, Json | undefined>>;
  /** Logical names of resources that are created before this one and deleted after it; they precede it in the stack. */
  readonly dependsOn: readonly string[];
  /** Whether Pulumi refuses to delete or replace it. */
  readonly protect: boolean;
  /** Whether it stays when it leaves the stack. */
  readonly retainOnDelete: boolean;
  /** Logical names that it had before, or URNs. */
  readonly aliases: readonly string[];
  /** Set on secrets, whose value is no part of the program: the name under which it is passed in. Registered only when it is. */
  readonly secret?: string;
}

/** What one stack registers, in an order in which everything comes after what it depends on. */
export interface Stack {
  readonly name: string;
  readonly kind: 'environment' | 'repositories';
  readonly resources: readonly StackResource[];
}

/**
 * What was renamed: a resource's earlier logical name, or several, by the one that it has now. It is updated then, not replaced. A whole URN
 * names a resource that a program registered otherwise.
 */
export type Renamed = Readonly<Record<string, string | readonly string[]>>;

/**
 * A stack with what was renamed, frozen.
 *
 * @throws InvalidValueError SG050 when two resources have one name, SG057 when a rename concerns no resource of the stack, or leads to one.
 */
export function finishedStack(stack: Stack, renamed: Renamed = {}): Stack {
  const names = new Set<string>();
  for (const { name } of stack.resources) {
    if (names.has(name)) refuseDuplicate(stack, name);
    names.add(name);
  }
  const aliases = new Map(Object.entries(renamed).map(([name, earlier]) => [name, typeof earlier === 'string' ? [earlier] : earlier]));
  for (const [name, earlier] of aliases) checkRename(stack, names, name, earlier);
  return deepFreeze({
    ...stack,
    resources: stack.resources.map((resource) => ({ ...resource, aliases: [...resource.aliases, ...(aliases.get(resource.name) ?? [])] })),
  });
}

function refuseDuplicate(stack: Stack, name: string): never {
  return refuse({
    code: 'SG050',
    name: 'duplicate-resource',
    path: stack.name,
    message: 'two resources of a stack have one logical name',
    given: name,
    expected: 'every object once',
    remedy: 'remove one of the two, or give it another name',
  });
}

function checkRename(stack: Stack, names: ReadonlySet<string>, name: string, earlier: readonly string[]): void {
  const taken = earlier.find((one) => names.has(one));
  if (names.has(name) && taken === undefined) return;
  refuse({
    code: 'SG057',
    name: 'unknown-rename',
    path: stack.name,
    message:
      taken === undefined ? 'what was renamed is no resource of the stack' : 'the earlier name still belongs to a resource of the stack',
    given: taken ?? name,
    expected: taken === undefined ? 'a logical name that stagegate preview prints' : 'a logical name that the stack no longer has',
    remedy: 'write today’s logical name first, and the earlier one as its value',
  });
}
