import * as pulumi from '@pulumi/pulumi';
import { diagnosticText } from '../rules/report';
import type { StackResource } from '../stack/stack';
import type { Diagnostic } from '../values/diagnostic';

/** As much of `@pulumi/github` as is asked. Its own types take seconds to read. */
interface Sdk {
  getRepositoryEnvironments(
    args: { readonly repository: string },
    options: pulumi.InvokeOptions,
  ): Promise<{ readonly environments?: readonly { readonly name: string }[] }>;
  getRestApi(
    args: { readonly endpoint: string },
    options: pulumi.InvokeOptions,
  ): Promise<{ readonly code?: number; readonly body?: string }>;
}

/** A setting that is about to be made. */
interface Coming {
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** `owner/name` of the repository. */
  readonly repository: string;
  readonly component: pulumi.ComponentResource;
  readonly provider: pulumi.ProviderResource;
}

type Look = (coming: Coming, inputs: Readonly<Record<string, unknown>>) => Promise<void>;

/** Settings that GitHub overwrites without a word. Others it refuses to make twice. */
const LOOKS: Readonly<Record<string, Look>> = {
  RepositoryEnvironment: refuseTakenEnvironment,
  ActionsRepositoryPermissions: (coming) =>
    nameReplaced(coming, 'actions/permissions', { enabled: true, allowed_actions: 'all', sha_pinning_required: false }),
  WorkflowRepositoryPermissions: (coming) =>
    nameReplaced(coming, 'actions/permissions/workflow', { default_workflow_permissions: 'read', can_approve_pull_request_reviews: false }),
};

/**
 * What happens before a setting is made that GitHub would put in the place of somebody's without a word: an environment that exists is
 * refused, permissions of Actions that are not those of a new repository are named. A preview warns of both. Nothing happens to what is in
 * the state, or is imported.
 *
 * @param full Logical name with that of the component.
 */
export function beforeCreation(
  { type, name }: StackResource,
  full: string,
  component: pulumi.ComponentResource,
  provider: pulumi.ProviderResource,
): Pick<pulumi.CustomResourceOptions, 'hooks'> {
  const look = LOOKS[type.slice(type.lastIndexOf(':') + 1)];
  if (look === undefined || isMocked()) return {};
  const repository = name.split('/').slice(1, 3).join('/');
  const coming: Coming = { type, name: full, repository, component, provider };
  const hook = new pulumi.ResourceHook(`stagegate: ${full}`, ({ newInputs = {} }) => look(coming, newInputs), { onDryRun: true });
  return { hooks: { beforeCreate: [hook] } };
}

async function refuseTakenEnvironment(coming: Coming, { repository, environment }: Readonly<Record<string, unknown>>): Promise<void> {
  // Unknown in a preview in which the owner is.
  if (typeof repository !== 'string' || typeof environment !== 'string') return;
  const { environments = [] } = await sdk().getRepositoryEnvironments({ repository }, { provider: coming.provider });
  if (!environments.some(({ name }) => name.toLowerCase() === environment.toLowerCase())) return;
  const finding = takenEnvironment(coming, `${repository}:${environment}`, await urnsOf(coming));
  if (!pulumi.runtime.isDryRun()) throw new Error(diagnosticText(finding));
  await pulumi.log.warn(`up will stop here: ${diagnosticText(finding)}`, coming.component);
}

function takenEnvironment({ type, name }: Coming, id: string, [parent, provider]: readonly [string, string]): Diagnostic {
  return {
    code: 'SG062',
    name: 'foreign-environment',
    severity: 'error',
    path: name,
    message: 'GitHub has this environment, and this stack did not make it: reviewers and secrets are somebody else’s',
    given: id,
    expected: 'none of this name, or one that was imported',
    remedy: `delete it, or take it over: pulumi import ${type} '${name}' '${id}' --parent 'parent=${parent}' --provider 'provider=${provider}'`,
  };
}

async function nameReplaced(
  { repository, component, provider }: Coming,
  path: string,
  fresh: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { code, body = '' } = await sdk().getRestApi({ endpoint: `repos/${repository}/${path}` }, { provider });
  if (code !== 200) return;
  const there = JSON.parse(body) as Readonly<Record<string, unknown>>;
  if (Object.entries(fresh).every(([name, value]) => there[name] === undefined || there[name] === value)) return;
  await pulumi.log.warn(`${path} of ${repository} are replaced, and no deletion brings them back: ${body}`, component);
}

/** Mocks have no hooks, and make nothing. */
function isMocked(): boolean {
  const monitor: object | undefined = pulumi.runtime.getMonitor();
  return monitor === undefined || !('registerResourceHook' in monitor);
}

function urnsOf({ component, provider }: Coming): Promise<readonly [string, string]> {
  return new Promise((done) => void pulumi.all([component.urn, provider.urn]).apply(done));
}

/** Loaded when something is made. */
function sdk(): Sdk {
  return require('@pulumi/github') as Sdk;
}
