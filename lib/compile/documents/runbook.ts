import type { DesiredDelivery } from '../../desired/desired-state';
import type { EnvironmentModel, PlatformModel, SourceModel } from '../../model/platform-model';
import { durationText } from '../../values/duration';
import { code, commands, documentText, listed, table } from './markdown';
import { addressOf, approvalText, edgesInto, gateText, refText, sourcesOf, syncText } from './words';

/** What to look at and what to do in one environment, with its real names. */
export function runbookText(model: PlatformModel, delivery: DesiredDelivery, environment: EnvironmentModel): string {
  const parts = [
    facts(model, delivery, environment),
    '## Look',
    commands(looks(model, delivery, environment)),
    ...links(delivery, environment),
  ];
  if (environment.sync.kind === 'manual') parts.push('## Sync', ...sync(delivery, environment));
  parts.push('## Roll back to an earlier release', ...rollback(delivery, environment));
  const sources = sourcesOf(delivery, environment.name);
  if (sources.length > 0) parts.push('## Revert the change', ...sources.flatMap((source) => revert(model, delivery, environment, source)));
  if (application(delivery, environment) !== undefined) parts.push("## Not by Argo CD's own rollback", argoCdRollback(environment));
  return documentText(`Runbook of ${environment.name}`, delivery.programFile, parts);
}

function application(delivery: DesiredDelivery, { name }: EnvironmentModel) {
  return delivery.environments.find((candidate) => candidate.name === name)?.application;
}

function branchOf(delivery: DesiredDelivery, { name }: EnvironmentModel): string {
  return delivery.environments.find((candidate) => candidate.name === name)?.branch ?? '';
}

function facts(model: PlatformModel, delivery: DesiredDelivery, environment: EnvironmentModel): string {
  const found = application(delivery, environment);
  const services = model.services.filter((service) => service.environments.some((placed) => placed.environment === environment.name));
  const rows = [
    ['address', addressOf(environment)],
    ['tier', environment.tier],
    ['services', listed(services.map(({ name }) => name))],
    ...(environment.target.kind === 'kubernetes'
      ? [['namespace', `${code(environment.target.namespace)} on ${environment.target.cluster}`]]
      : []),
    ...(environment.target.kind === 'coolify' ? [['Coolify', environment.target.url]] : []),
    ...(found === undefined ? [] : [['Argo CD', `Application ${code(found.name)} at ${found.url}, in namespace ${code(found.namespace)}`]]),
    ['says what should run', `branch ${code(branchOf(delivery, environment))} of ${delivery.repository}`],
    ['new releases come', arrivals(delivery, environment)],
    ['synced', syncText(environment)],
  ];
  return table(['', environment.name], rows);
}

function arrivals(delivery: DesiredDelivery, environment: EnvironmentModel): string {
  const ways = edgesInto(delivery, environment.name).map(({ from, on, gates }) => {
    const wanted = on === undefined ? '' : `, once ${refText(on, delivery)} has its tree`;
    return `from ${from}${wanted}: ${listed(gates.map((gate) => gateText(gate, from)))}`;
  });
  if (environment.source !== undefined) ways.unshift(`with a push to ${refText(environment.source, delivery)}`);
  return ways.length === 0 ? 'never' : ways.join('; ');
}

function looks(model: PlatformModel, delivery: DesiredDelivery, environment: EnvironmentModel): string[] {
  const found = application(delivery, environment);
  const lines = [`stagegate status ${environment.name} --why`];
  if (environment.target.kind !== 'kubernetes') return lines;
  const { namespace } = environment.target;
  lines.push(`kubectl get pods -n ${namespace}`);
  if (found !== undefined) lines.push(`kubectl get applications -n ${found.namespace} ${found.name}`);
  for (const service of model.services) {
    if (!service.environments.some((placed) => placed.environment === environment.name)) continue;
    lines.push(`kubectl logs -n ${namespace} deployment/${service.name} --since=10m`);
  }
  return lines;
}

function links(delivery: DesiredDelivery, environment: EnvironmentModel): string[] {
  const found = application(delivery, environment);
  const pages = [`Runs: https://github.com/${delivery.repository}/actions`];
  if (found !== undefined) pages.push(`Application: ${found.url.replace(/\/$/, '')}/applications/${found.namespace}/${found.name}`);
  return [pages.map((page) => `- ${page}`).join('\n')];
}

function sync(delivery: DesiredDelivery, environment: EnvironmentModel): string[] {
  const found = application(delivery, environment);
  const where =
    found === undefined
      ? ''
      : ` The Application ${code(found.name)} is ${code('OutOfSync')} until then; in Argo CD the same is App Diff, then Sync.`;
  return [
    `What is merged to ${code(branchOf(delivery, environment))} runs once it has been synced ${syncText(environment)}.${where}`,
    commands([`stagegate sync ${environment.name}`, `stagegate monitor ${environment.name}`]),
  ];
}

function rollback(delivery: DesiredDelivery, environment: EnvironmentModel): string[] {
  const { name } = environment;
  const confirm = environment.tier === 'production' ? ` --confirm ${name}` : '';
  const then =
    environment.sync.kind === 'manual'
      ? `It ends waiting for a person to sync: \`stagegate sync ${name}\`.`
      : `It runs after the next sync, within ${durationText(environment.health.timeoutSeconds)} or it counts as failed.`;
  const lanes = edgesInto(delivery, name).flatMap(({ lanes }) => lanes);
  const approvals = lanes.flatMap((lane) =>
    lane.kind === 'manual-rollback' && lane.approvals > 0 ? [approvalText({ total: lane.approvals, including: lane.including })] : [],
  );
  const automatic = lanes.some((lane) => lane.kind === 'automatic-rollback');
  return [
    `Puts back what was healthy in ${name} before, by a commit on ${code(branchOf(delivery, environment))}; nothing is built. The release that it replaces is held back until somebody lifts that.`,
    commands([
      `stagegate rollback ${name} --reason "what is wrong"${confirm}`,
      `stagegate rollback ${name} --to RELEASE --reason "what is wrong"${confirm}`,
    ]),
    `${approvals.length === 0 ? 'It needs no approval.' : `It needs ${listed(approvals)}.`} ${then}${automatic ? ' A release that fails here is rolled back by itself, once.' : ''}`,
  ];
}

/** Whether people may push to a branch, or have to go by a pull request. */
function isProtected(model: PlatformModel, delivery: DesiredDelivery, ref: SourceModel): boolean {
  const program = ref.repository === delivery.repository && ref.pattern === delivery.programBranch;
  return (
    program ||
    model.protections.some((one) => one.ref.kind === ref.kind && one.ref.repository === ref.repository && one.ref.pattern === ref.pattern)
  );
}

function revert(model: PlatformModel, delivery: DesiredDelivery, environment: EnvironmentModel, source: SourceModel): string[] {
  const merged = `A merge commit needs the parent that stays: ${code('git revert -m 1 <bad-commit>')}.`;
  if (source.kind === 'tags') {
    return [
      `Repairs the code in ${source.repository}; the release comes like any other. ${merged}`,
      commands(['git revert <bad-commit>', 'git tag <next-version>', 'git push origin <next-version>']),
      ...onward(delivery, environment, source),
    ];
  }
  const { pattern } = source;
  const steps = isProtected(model, delivery, source)
    ? [
        `git switch --create revert-<bad-commit> origin/${pattern}`,
        'git revert <bad-commit>',
        'git push origin revert-<bad-commit>',
        `gh pr create --repo ${source.repository} --base ${pattern} --fill`,
      ]
    : [`git switch ${pattern}`, 'git revert <bad-commit>', `git push origin ${pattern}`];
  return [
    `Repairs the code in ${source.repository} on ${code(pattern)}; the release is built and comes like any other, so that rolling back is quicker. ${merged}`,
    commands(steps),
    ...onward(delivery, environment, source),
  ];
}

function onward(delivery: DesiredDelivery, environment: EnvironmentModel, source: SourceModel): string[] {
  if (environment.source !== undefined) return [];
  const wanted = edgesInto(delivery, environment.name).flatMap(({ on }) =>
    on?.kind === 'branch' && on.repository === source.repository && on.pattern !== source.pattern ? [on.pattern] : [],
  );
  return [
    ...(source.kind === 'branch' && wanted.length > 0
      ? [commands(wanted.map((branch) => `gh pr create --repo ${source.repository} --base ${branch} --head ${source.pattern} --fill`))]
      : []),
    `It reaches ${environment.name} ${arrivals(delivery, environment)}.`,
  ];
}

function argoCdRollback(environment: EnvironmentModel): string {
  return environment.sync.kind === 'automatic'
    ? 'Argo CD refuses History and Rollback while the Application syncs by itself; switching that off would be undone. Use `stagegate rollback`.'
    : `History and Rollback does not last: git still names the bad release, and the next sync brings it back. ${code(`stagegate status ${environment.name}`)} shows that git and cluster differ; make it lasting with ${code('stagegate rollback')}.`;
}
