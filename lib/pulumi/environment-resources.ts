import * as pulumi from '@pulumi/pulumi';
import { bind, openSlots } from '../compile/bind';
import type { DesiredEnvironment, DesiredState } from '../desired/desired-state';
import type { Environment } from '../environment';
import type { EnvironmentModel, PlatformModel } from '../model/platform-model';
import { Platform } from '../platform';
import { desiredEnvironment, environmentStack } from '../stack/environment-stack';
import type { ReleasedService } from '../stack/released-resources';
import type { Renamed, Stack } from '../stack/stack';
import { refuse } from '../values/diagnostic';
import { type BoundInput, type SlotInputs, slotInputs, withOutputs } from './bind-input';
import { compiledPlatform } from './compiled-platform';
import { requireSdk } from './installed-sdk';
import { kubernetesObject, kubernetesSdk } from './kubernetes-object';
import { requiredProvider } from './provider-option';
import { isRecorded, type RecordedRelease } from './recorded-release';
import { withoutStack } from './refusal';
import { registerResources } from './register';
import { requireInputs } from './required-inputs';

export interface EnvironmentResourcesProps {
  /** The environment, as it is declared. */
  readonly environment: Environment;
  /** What fills the slots of its objects and of its host, made by `bindInput`. @default none */
  readonly inputs?: readonly BoundInput[];
  /**
   * With `Sync.pulumi()`: what the environment's branch holds, read by `recordedRelease(environment)`. Without a release the images of all
   * services have to be among `inputs`, which only an environment takes that no promotion enters.
   *
   * @default none
   */
  readonly release?: RecordedRelease;
  /** Earlier logical names of resources, by the names that `stagegate preview` prints today; they are updated then, not replaced. @default none */
  readonly renamed?: Renamed;
}

/** What a stack of an environment hands on. */
export interface EnvironmentOutputs {
  /** Name of the environment. */
  readonly environment: string;
  /** Its namespace, once it exists; absent where there is none. */
  readonly namespace?: pulumi.Output<string>;
  /** Address of the environment. */
  readonly url: pulumi.Output<string>;
  /** Addresses of the services that have a route. */
  readonly urls: pulumi.Output<Readonly<Record<string, string>>>;
  /** Name of the Application of Argo CD; absent where Pulumi applies the objects itself. */
  readonly application?: pulumi.Output<string>;
  /** Id of the release that Pulumi applied; absent where Argo CD does, or before the first. */
  readonly release?: string;
}

/**
 * What an environment needs before any release, as resources of a Pulumi program: namespace, limits, network floor, admission policy,
 * AppProject and Application; with `Sync.pulumi()` also the objects of the release that the environment's branch records.
 *
 * `check` runs first: a program with errors registers nothing.
 */
export class EnvironmentResources extends pulumi.ComponentResource {
  readonly outputs: EnvironmentOutputs;

  /**
   * @param name Beginning of all logical names; another name needs `aliases: [{ name: 'the old one' }]`, which reaches the children.
   * @param options Must lead to a provider of Kubernetes. `protect` and `retainOnDelete`, when given, take the place of the guards by tier.
   * @throws RefusedProgramError when a rule finds an error.
   * @throws InvalidValueError SG022, SG023, SG052, SG053, SG055, SG056, SG057, SG063
   */
  constructor(name: string, props: EnvironmentResourcesProps, options: pulumi.ComponentResourceOptions = {}) {
    const plan = withoutStack(() => planOf(name, props, options));
    super('stagegate:index:EnvironmentResources', name, {}, options);
    const { stack, slots, environment, routes } = plan;
    if (plan.note !== undefined) void pulumi.log.info(plan.note, this);
    const registered = registerResources(this, name, { stack, slots, make: kubernetesObject, options });
    const nameOf = (type: string): pulumi.Output<string> | undefined => {
      const resource = stack.resources.find((candidate) => candidate.type === type);
      return resource === undefined ? undefined : registered.get(resource.name)?.metadata.name;
    };
    const namespace = nameOf('kubernetes:core/v1:Namespace');
    const application = nameOf('kubernetes:argoproj.io/v1alpha1:Application');
    const url = (route = ''): pulumi.Output<string> =>
      pulumi.output(withOutputs(`${plan.address}${route}`, slots)) as pulumi.Output<string>;
    this.outputs = {
      environment,
      ...(namespace === undefined ? {} : { namespace }),
      url: url(),
      urls: pulumi.all(Object.fromEntries(routes.map(([service, route]) => [service, url(route)]))),
      ...(application === undefined ? {} : { application }),
      ...(props.release?.id === undefined ? {} : { release: props.release.id }),
    };
    this.registerOutputs(this.outputs);
  }
}

interface EnvironmentPlan {
  readonly environment: string;
  /** Scheme and host, Outputs still open. */
  readonly address: string;
  /** Routes by service. */
  readonly routes: readonly (readonly [string, string])[];
  readonly stack: Stack;
  readonly slots: SlotInputs;
  /** What people are told. */
  readonly note?: string;
}

function planOf(name: string, props: EnvironmentResourcesProps, options: pulumi.ComponentResourceOptions): EnvironmentPlan {
  const { environmentName } = props.environment;
  const { model, desired } = compiledPlatform(Platform.of(props.environment));
  const environment = model.environments.find((candidate) => candidate.name === environmentName);
  if (environment === undefined) throw new Error(`the model has no environment ${environmentName}`);
  requiredProvider(name, 'kubernetes', options);
  const { inputs = [], release, renamed = {} } = props;
  const path = `${model.name}/${environmentName}`;
  const { released, note } = whatIsReleased(desired, environment, inputs, release, path);
  const stack = environmentStack(desired, environmentName, { released, renamed });
  requireSdk(kubernetesSdk, stack, path);
  const slots = slotInputs(inputs, path);
  const address = `${environment.tls.kind === 'off' ? 'http' : 'https'}://${environment.host}`;
  const open = openSlots([stack.resources.map((resource) => resource.inputs), address]);
  requireInputs(inputs, open, path);
  return {
    environment: environmentName,
    address: bind(address, slots.plain),
    routes: routesOf(model, environmentName),
    stack: bind(stack, slots.plain),
    slots,
    ...(note === undefined ? {} : { note }),
  };
}

/** The services whose objects Pulumi applies itself. */
function whatIsReleased(
  desired: DesiredState,
  { name, sync }: EnvironmentModel,
  inputs: readonly BoundInput[],
  release: RecordedRelease | undefined,
  path: string,
): { readonly released: readonly ReleasedService[]; readonly note?: string } {
  const images = inputs.filter(({ slot }) => slot.startsWith('image/')).map(({ slot }) => slot);
  if (sync.kind !== 'pulumi') {
    if (release !== undefined)
      refuseRelease(
        path,
        'a release is given where Argo CD applies what is released',
        release.environment,
        'no release',
        'leave it out, or declare sync: Sync.pulumi()',
      );
    return { released: [] };
  }
  if (release !== undefined) {
    if (!isRecorded(release) || release.environment !== name)
      refuseRelease(
        path,
        'what is given is not what the branch of the environment records',
        isRecorded(release) ? `what env/${release.environment} records` : 'data that were put together by hand',
        `the result of recordedRelease(${name})`,
        'read it in this program, for this environment',
      );
    if (images.length > 0)
      refuseRelease(
        path,
        'a release has its images; none is bound beside it',
        images.join(', '),
        'no input for an image',
        'leave the inputs of images out',
      );
    return release.id === undefined
      ? { released: [], note: `env/${name} records no release yet: only what precedes it is registered` }
      : { released: release.services, ...otherBootstrap(release) };
  }
  const entered = desired.delivery.edges.filter(({ to }) => to === name).map(({ policy }) => policy);
  if (entered.length > 0 || images.length === 0)
    refuseRelease(
      path,
      images.length > 0 ? 'images are bound by hand into an environment that a promotion enters' : 'it is not said what runs here',
      images.length > 0 ? images.join(', ') : 'no release',
      entered.length > 0 ? `the release that ${entered.join(' and ')} brought` : 'the release that is recorded, or an input for each image',
      'pass release: await recordedRelease(environment)',
    );
  return { released: servicesOf(desiredEnvironment(desired, name)) };
}

/** What the release was tested with is not what is registered: no error, since a changed program is applied before its first release. */
function otherBootstrap({ id, otherBootstrap: names }: RecordedRelease): { readonly note?: string } {
  return names.length === 0 ? {} : { note: `release ${id} was made with another ${names.join(', ')}` };
}

function servicesOf({ services }: DesiredEnvironment): readonly ReleasedService[] {
  return services.map(({ name, objects }) => ({ name, objects }));
}

function refuseRelease(path: string, message: string, given: string, expected: string, remedy: string): never {
  return refuse({ code: 'SG056', name: 'wrong-release', path, message, given, expected, remedy });
}

function routesOf(model: PlatformModel, environment: string): readonly (readonly [string, string])[] {
  return model.services.flatMap((service) =>
    service.environments.flatMap((placed) =>
      placed.environment === environment && placed.route !== undefined ? [[service.name, placed.route] as const] : [],
    ),
  );
}
