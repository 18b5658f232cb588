import * as pulumi from '@pulumi/pulumi';
import { bind, openSlots } from '../compile/bind';
import type { Platform } from '../platform';
import type { Repository } from '../repository';
import { githubType } from '../stack/github-resource';
import { repositoryStack } from '../stack/repository-stack';
import type { Renamed, Stack } from '../stack/stack';
import { refuse } from '../values/diagnostic';
import { beforeCreation } from './before-creation';
import { type BoundInput, type SlotInputs, slotInputs } from './bind-input';
import { compiledPlatform } from './compiled-platform';
import { type GitHubSetting, githubSdk, githubSetting } from './github-setting';
import { requireSdk } from './installed-sdk';
import { requiredProvider } from './provider-option';
import { withoutStack } from './refusal';
import { registerResources } from './register';
import { onlyOwner, ownRepository, refuseSurroundingOwner } from './repository-owner';
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
   * @throws InvalidValueError SG022, SG023, SG052, SG053, SG055, SG057, SG058, SG060, SG061, SG063
   */
  constructor(name: string, props: RepositoryResourcesProps, options: pulumi.ComponentResourceOptions = {}) {
    const plan = withoutStack(() => planOf(name, props, options));
    super('stagegate:index:RepositoryResources', name, {}, options);
    const { stack, owner, slots, inputsOf, byHand, provider } = plan;
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
    const of = <T>(kind: string, output: (made: GitHubSetting) => pulumi.Output<T> | undefined) =>
      stack.resources.flatMap(({ type, name: logical, inputs }) => {
        const made = type === githubType(kind) ? registered.get(logical) : undefined;
        const value = made === undefined ? undefined : output(made);
        return value === undefined ? [] : [{ repository: `${owner}/${String(inputs.repository)}`, called: String(inputs.name), value }];
      });
    this.outputs = {
      rulesets: pulumi
        .output(of('RepositoryRuleset', ({ rulesetId }) => rulesetId))
        .apply((found) => byRepository(found, (own) => Object.fromEntries(own.map(({ called, value }) => [called, value])))),
      environments: pulumi
        .output(of('RepositoryEnvironment', ({ environment }) => environment))
        .apply((found) => byRepository(found, (own) => own.map(({ value }) => value))),
    };
    this.registerOutputs(this.outputs);
  }
}

interface RepositoryPlan {
  readonly stack: Stack;
  /** Of all its repositories. */
  readonly owner: string;
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
  requireSdk(githubSdk, whole, model.name);
  const owner = onlyOwner(repositories ?? desired.repositories.map((repository) => repository.name), model.name);
  refuseSurroundingOwner(owner, model.name);
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
    owner,
    slots,
    provider,
    inputsOf: (inputs) => ({ ...inputs, repository: repository(String(inputs.repository)) }),
    byHand: secrets.filter((secret) => !given.includes(secret)),
  };
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

/** What there is of each repository. */
function byRepository<T extends { readonly repository: string }, Found>(
  all: readonly T[],
  found: (own: readonly T[]) => Found,
): Record<string, Found> {
  const repositories = [...new Set(all.map(({ repository }) => repository))];
  return Object.fromEntries(repositories.map((repository) => [repository, found(all.filter((one) => one.repository === repository))]));
}
