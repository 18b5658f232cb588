import * as pulumi from '@pulumi/pulumi';
import { bind, openSlots } from '../compile/bind';
import type { Platform } from '../platform';
import type { Repository } from '../repository';
import { repositoryStack } from '../stack/repository-stack';
import type { Renamed, Stack } from '../stack/stack';
import { refuse } from '../values/diagnostic';
import { beforeCreation } from './before-creation';
import { type BoundInput, type SlotInputs, slotInputs } from './bind-input';
import { compiledPlatform } from './compiled-platform';
import { githubSetting } from './github-setting';
import { requiredProvider } from './provider-option';
import { withoutStack } from './refusal';
import { registerResources } from './register';
import { requireInputs } from './required-inputs';

export interface RepositoryResourcesProps {
  /** The platform whose repositories they are. */
  readonly platform: Platform;
  /** Repositories that are set up here; they have one owner, the provider's. @default all of the platform */
  readonly repositories?: readonly Repository[];
  /** Ids of GitHub Apps and teams for slots `app/…` and `team/…`, made by `bindInput`. @default none */
  readonly inputs?: readonly BoundInput[];
  /**
   * Values of secrets by `<GitHub environment>/<NAME>`, for instance `stagegate/STAGEGATE_APP_PRIVATE_KEY`, from secret config or from an
   * Output. They are secret in the state. What has no value is not registered: set it by hand.
   *
   * @default none
   */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string> | undefined>>;
  /** Earlier logical names of resources, by the names that `stagegate preview` prints today; they are updated then, not replaced. @default none */
  readonly renamed?: Renamed;
}

/** What the stack of the repositories hands on. */
export interface RepositoryOutputs {
  /** Ids of the rulesets by repository, then by name. */
  readonly rulesets: pulumi.Output<Readonly<Record<string, Readonly<Record<string, number>>>>>;
  /** Names of the GitHub environments by repository, once they exist. */
  readonly environments: pulumi.Output<Readonly<Record<string, readonly string[]>>>;
}

/**
 * What repositories have to be on GitHub, as resources of a Pulumi program: rulesets, environments with variables and secrets, permissions
 * of Actions. The repositories exist already; workflow files and CODEOWNERS are commits.
 *
 * `check` runs first: a program with errors registers nothing. An environment that GitHub has and the state has not is refused (SG062) when
 * it is about to be made; a preview warns.
 */
export class RepositoryResources extends pulumi.ComponentResource {
  readonly outputs: RepositoryOutputs;

  /**
   * @param name Beginning of all logical names; another name needs `aliases: [{ name: 'the old one' }]`, which reaches the children.
   * @param options Must lead to a provider of GitHub. `protect` and `retainOnDelete`, when given, take the place of the guards by tier.
   * @throws RefusedProgramError when a rule finds an error.
   * @throws InvalidValueError SG022, SG023, SG052, SG053, SG055, SG057, SG058, SG060, SG061
   */
  constructor(name: string, props: RepositoryResourcesProps, options: pulumi.ComponentResourceOptions = {}) {
    const plan = withoutStack(() => planOf(name, props, options));
    super('stagegate:index:RepositoryResources', name, {}, options);
    const { stack, slots, inputsOf, byHand, provider } = plan;
    if (byHand.length > 0) void pulumi.log.info(`no value is given for ${byHand.join(', ')}: set by hand, not registered`, this);
    const registered = registerResources(this, name, {
      stack,
      slots,
      options,
      make: (resource, full, inputs, own) => {
        const value = resource.secret === undefined ? undefined : props.secrets?.[resource.secret];
        const secret = value === undefined ? {} : { plaintextValue: pulumi.secret(value) };
        return githubSetting(
          resource,
          full,
          { ...inputsOf(inputs), ...secret },
          { ...own, ...beforeCreation(resource, full, this, provider) },
        );
      },
    });
    const of = (kind: string) =>
      stack.resources.flatMap((resource) => {
        const made = registered.get(resource.name);
        const [found, owner, repository, ...rest] = resource.name.split('/');
        return found === kind && made !== undefined ? [{ made, repository: `${owner}/${repository}`, called: rest.join('/') }] : [];
      });
    this.outputs = {
      rulesets: grouped(
        of('RepositoryRuleset').map(({ made, repository, called }) => ({
          repository,
          entry: (made as unknown as { rulesetId: pulumi.Output<number> }).rulesetId.apply((id) => [called, id] as const),
        })),
      ).apply((found) =>
        Object.fromEntries(Object.entries(found).map(([repository, entries]) => [repository, Object.fromEntries(entries)])),
      ),
      environments: grouped(
        of('RepositoryEnvironment').map(({ made, repository }) => ({
          repository,
          entry: (made as unknown as { environment: pulumi.Output<string> }).environment,
        })),
      ),
    };
    this.registerOutputs(this.outputs);
  }
}

interface RepositoryPlan {
  readonly stack: Stack;
  readonly slots: SlotInputs;
  readonly provider: pulumi.ProviderResource;
  readonly inputsOf: (inputs: Record<string, unknown>) => Record<string, unknown>;
  /** Names of secrets without a value. */
  readonly byHand: readonly string[];
}

function planOf(name: string, props: RepositoryResourcesProps, options: pulumi.ComponentResourceOptions): RepositoryPlan {
  const { model, desired } = compiledPlatform(props.platform);
  const provider = requiredProvider(name, 'github', options);
  const repositories = props.repositories?.map(({ repositoryName }) => repositoryName);
  const whole = repositoryStack(desired, { ...(repositories === undefined ? {} : { repositories }), renamed: props.renamed ?? {} });
  const owner = onlyOwner(repositories ?? desired.repositories.map((repository) => repository.name), model.name);
  const secrets = [...new Set(whole.resources.flatMap(({ secret }) => secret ?? []))];
  const given = Object.entries(props.secrets ?? {}).flatMap(([secret, value]) => (value === undefined ? [] : [secret]));
  refuseUnknownSecrets(Object.keys(props.secrets ?? {}), secrets, model.name);
  const stack = { ...whole, resources: whole.resources.filter(({ secret }) => secret === undefined || given.includes(secret)) };
  const inputs = props.inputs ?? [];
  const slots = slotInputs(inputs, model.name);
  requireInputs(inputs, openSlots(stack.resources.map((resource) => resource.inputs)), model.name);
  const repository = ownRepository(provider, owner, model.name);
  return {
    stack: bind(stack, slots.plain),
    slots,
    provider,
    inputsOf: (inputs) => ({ ...inputs, repository: repository(String(inputs.repository)) }),
    byHand: secrets.filter((secret) => !given.includes(secret)),
  };
}

/** A repository's bare name, once it is known that the provider would look for it where it is meant. */
function ownRepository(provider: pulumi.ProviderResource, owner: string, path: string): (name: string) => pulumi.Input<string> {
  const declared = (provider as { readonly owner?: pulumi.Output<string | undefined> }).owner;
  if (declared === undefined) return (name) => name;
  const checked = declared.apply((actual) => {
    if (actual === undefined || actual.toLowerCase() === owner.toLowerCase()) return;
    withoutStack(() =>
      refuse({
        code: 'SG060',
        name: 'wrong-owner',
        path,
        message: 'the provider of GitHub is set to another owner',
        given: actual,
        expected: owner,
        remedy: `pass new github.Provider(…, { owner: '${owner}' }), or set github:owner`,
      }),
    );
  });
  return (name) => checked.apply(() => name);
}

/** A provider knows one owner and takes bare names: of another one's repository of the same name it would change the rules. */
function onlyOwner(repositories: readonly string[], path: string): string {
  const owners = [...new Set(repositories.map((repository) => repository.slice(0, repository.indexOf('/'))))];
  if (owners.length === 1) return owners[0] as string;
  return refuse({
    code: 'SG060',
    name: 'wrong-owner',
    path,
    message: 'a provider of GitHub has one owner',
    given: owners.length === 0 ? 'no repository' : `repositories of ${owners.join(', ')}`,
    expected: 'repositories of one owner',
    remedy: 'make one RepositoryResources for each owner, with repositories: […] and a provider of its own',
  });
}

function refuseUnknownSecrets(given: readonly string[], secrets: readonly string[], path: string): void {
  const unknown = given.filter((secret) => !secrets.includes(secret));
  if (unknown.length === 0) return;
  refuse({
    code: 'SG061',
    name: 'unknown-secret',
    path,
    message: 'no GitHub environment has such a secret',
    given: unknown.join(', '),
    expected: secrets.length === 0 ? 'no secrets' : secrets.join(', '),
    remedy: 'leave it out, or correct its name',
  });
}

/** Values by repository. */
function grouped<T>(
  entries: readonly { readonly repository: string; readonly entry: pulumi.Output<T> }[],
): pulumi.Output<Record<string, T[]>> {
  const byRepository: Record<string, pulumi.Output<T>[]> = {};
  for (const { repository, entry } of entries) byRepository[repository] = [...(byRepository[repository] ?? []), entry];
  return pulumi.all(
    Object.fromEntries(Object.entries(byRepository).map(([repository, found]) => [repository, pulumi.all(found)])),
  ) as unknown as pulumi.Output<Record<string, T[]>>;
}
