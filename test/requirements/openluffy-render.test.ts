import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { type Edit, findings, only, type Parsed, parsed, parsedFile, rendered, textOf } from './program';
import { requirement } from './requirement';

const OPENLUFFY = '01-openluffy';
const KIND: Edit = ["  Tier,\n} from 'stagegate';", "  Tier,\n  Kind,\n} from 'stagegate';"];
const REFINED = 'backend.in(prod, { replicas: 3, strategy: Strategy.rolling({ maxUnavailable: 0 }) });';
const ENVIRONMENTS = ['dev', 'preprod', 'prod'];
const WORKFLOWS = 'repositories/lebrick07/openluffy/.github/workflows';

const application = (name: string, edits: readonly Edit[] = []): Parsed =>
  only(rendered(OPENLUFFY, edits), `${name}/bootstrap/`, 'Application');

/** A workflow that GitHub's own parser takes, read by a foreign YAML parser. */
async function workflow(file: string): Promise<Parsed> {
  const files = rendered(OPENLUFFY);
  const path = `${WORKFLOWS}/${file}`;
  const { context, value } = parseWorkflow({ name: file, content: textOf(files, path) }, new NoOperationTraceWriter());
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  expect(context.errors.getErrors()).toEqual([]);
  return parsedFile(files, path);
}

/** All steps of a workflow, in order of jobs. */
const steps = (flow: Parsed): readonly Parsed[] => flow.entries('jobs').flatMap(([, job]) => job.list('steps'));

/** What a workflow's steps run, without comments. */
const scripts = (flow: Parsed): string =>
  steps(flow)
    .map((step) => String(step.at('run') ?? ''))
    .join('\n');

requirement('LUFFY-07', { by: ['argocd/application'] }, () => {
  const applications = parsed(rendered(OPENLUFFY), '').filter(({ value }) => value.at('kind') === 'Application');
  expect(applications.map(({ value }) => [value.at('metadata', 'namespace'), value.at('metadata', 'name')])).toEqual([
    ['argocd', 'openluffy-dev'],
    ['argocd', 'openluffy-preprod'],
    ['argocd', 'openluffy-prod'],
  ]);
});

requirement('LUFFY-08', { by: ['argocd/application'] }, () => {
  for (const name of ENVIRONMENTS) {
    // The filter `app:openluffy-*` is a glob on the value of the label.
    expect(String(application(name).at('metadata', 'labels', 'app'))).toMatch(/^openluffy-.*$/);
    expect(application(name).at('spec', 'destination')).toEqual({ name: 'in-cluster', namespace: `openluffy-${name}` });
  }
});

requirement('LUFFY-09', { by: ['argocd/application'] }, () => {
  for (const name of ['dev', 'preprod'])
    expect(application(name).at('spec', 'syncPolicy', 'automated')).toEqual({ prune: true, selfHeal: true });
});

requirement('LUFFY-10', { by: ['argocd/application'] }, () => {
  const policy = application('prod').at('spec', 'syncPolicy');
  expect(policy).toHaveProperty('syncOptions');
  expect(policy).not.toHaveProperty('automated');
  expect(JSON.stringify(policy)).not.toContain('selfHeal');
});

requirement('LUFFY-11', { by: ['argocd/application', 'github/rulesets'] }, () => {
  const gated: readonly Edit[] = [['sync: Sync.manual()', 'sync: Sync.automatic()']];
  expect(application('prod', gated).at('spec', 'syncPolicy', 'automated')).toEqual({ prune: true, selfHeal: true });
  expect(application('prod', gated).at('spec', 'source', 'targetRevision')).toBe('refs/heads/env/prod');
  const ruleset = parsedFile(rendered(OPENLUFFY, gated), 'github/lebrick07/openluffy/rulesets/stagegate-environments.json');
  expect(ruleset.at('conditions', 'ref_name', 'include')).toContain('refs/heads/env/prod');
  expect(ruleset.at('bypass_actors')).toEqual([]);
  const checks = ruleset.list('rules').find((rule) => rule.at('type') === 'required_status_checks');
  expect(checks?.at('parameters', 'required_status_checks')).toEqual([{ context: 'stagegate/gates', integration_id: 1_147_001 }]);
});

requirement('LUFFY-12', { by: ['argocd/application'] }, () => {
  const files = rendered(OPENLUFFY);
  for (const name of ENVIRONMENTS) {
    expect(application(name).at('spec', 'source')).toEqual({
      repoURL: 'https://github.com/lebrick07/openluffy.git',
      targetRevision: `refs/heads/env/${name}`,
      path: 'manifests',
      directory: { recurse: true },
    });
    const images = parsed(files, `${name}/manifests/`).flatMap(({ value }) =>
      value.list('spec', 'template', 'spec', 'containers').map((container) => container.at('image')),
    );
    expect(images).toEqual([
      `ghcr.io/lebrick07/openluffy/backend@sha256:${'bb'.repeat(32)}`,
      `ghcr.io/lebrick07/openluffy/frontend@sha256:${'cc'.repeat(32)}`,
    ]);
  }
});

requirement('LUFFY-14', { by: ['argocd/app-project'] }, () => {
  const files = rendered(OPENLUFFY);
  for (const name of ENVIRONMENTS) {
    const project = only(files, `${name}/bootstrap/`, 'AppProject');
    expect(project.at('metadata', 'name')).toBe(`openluffy-${name}`);
    expect(project.at('spec', 'sourceRepos')).toEqual(['https://github.com/lebrick07/openluffy.git']);
    expect(project.at('spec', 'destinations')).toEqual([{ name: 'in-cluster', namespace: `openluffy-${name}` }]);
    expect(project.at('spec', 'clusterResourceWhitelist')).toEqual([]);
    expect(application(name).at('spec', 'project')).toBe(`openluffy-${name}`);
  }
});

requirement('LUFFY-15', { by: ['argocd/application'] }, () => {
  for (const name of ENVIRONMENTS) expect(application(name).at('spec', 'revisionHistoryLimit')).toBe(10);
  const one: Edit = ["host: 'openluffy.local',", "host: 'openluffy.local',\n  revisionHistory: 1,"];
  expect(application('prod', [one]).at('spec', 'revisionHistoryLimit')).toBe(1);
});

requirement('LUFFY-16', { by: ['github/workflows'] }, async () => {
  const flow = await workflow('release-dev.yaml');
  expect(flow.at('name')).toBe('Release - Dev');
  expect(flow.at('on')).toEqual({ push: { branches: ['develop'] } });
});

requirement('LUFFY-17', { by: ['github/workflows'] }, async () => {
  const flow = await workflow('release-dev.yaml');
  const builds = steps(flow).filter((step) => String(step.at('run') ?? '').includes('docker build '));
  expect(builds.map((step) => step.at('env', 'IMAGE'))).toEqual([
    'ghcr.io/lebrick07/openluffy/backend',
    'ghcr.io/lebrick07/openluffy/frontend',
  ]);
  expect(flow.at('jobs', 'build', 'env')).toEqual({ TAG_PREFIX: 'dev', TAG_LENGTH: '7' });
  for (const build of builds) {
    const script = String(build.at('run'));
    expect(script).toMatch(/^tagged="\$IMAGE:\$TAG_PREFIX-\$\{GITHUB_SHA:0:\$TAG_LENGTH\}"$/m);
    expect(script.match(/docker build /g)).toHaveLength(1);
    expect(script).toContain('docker push "$tagged"');
    expect(script).toMatch(/^jq --arg \w+ "\$\w+" --arg image "\$pushed" '.*' images\.json > images\.next$/m);
  }
  const handed = steps(flow).find((step) => String(step.at('uses')).startsWith('actions/upload-artifact@'));
  expect(handed?.at('with', 'path')).toBe('images.json');
});

requirement('LUFFY-18', { by: ['github/workflows', 'github/environments'] }, async () => {
  const built = await workflow('release-dev.yaml');
  const started = built.entries('jobs').map(([id, job]) => [id, job.at('needs'), job.at('environment', 'name')]);
  expect(started).toEqual([
    ['build', undefined, undefined],
    ['start', ['build'], 'stagegate-intake'],
  ]);
  expect(scripts(built)).toContain('gh workflow run release.yaml');
  const release = await workflow('release.yaml');
  expect(release.at('on', 'workflow_dispatch', 'inputs', 'environment', 'options')).toEqual(['dev']);
  expect(scripts(release)).toContain('release store handed-over/release');
  // No GitHub environment on the way holds a run back for a reviewer or a timer.
  const files = rendered(OPENLUFFY);
  for (const name of ['stagegate-intake', 'stagegate', 'dev']) {
    const environment = parsedFile(files, `github/lebrick07/openluffy/environments/${name}.json`);
    expect(environment.at('reviewers')).toBeUndefined();
    expect(environment.at('wait_timer')).toBeUndefined();
  }
});

requirement('LUFFY-32', { by: ['kubernetes/external-secret'] }, () => {
  const files = rendered(OPENLUFFY);
  for (const name of ENVIRONMENTS) {
    const secret = only(files, `${name}/manifests/backend/`, 'ExternalSecret');
    expect(secret.at('metadata', 'namespace')).toBe(`openluffy-${name}`);
    expect(secret.list('spec', 'data').map((entry) => [entry.at('secretKey'), entry.at('remoteRef', 'key')])).toEqual([
      ['DATABASE_URL', `openluffy/${name}/database-url`],
    ]);
    expect(secret.at('spec', 'secretStoreRef')).toEqual({ kind: 'ClusterSecretStore', name: 'default' });
    expect(parsed(files, `${name}/`).filter(({ value }) => value.at('kind') === 'Secret')).toEqual([]);
  }
});

requirement('LUFFY-37', { by: ['github/workflows'] }, async () => {
  const flow = await workflow('release-prod.yaml');
  expect(flow.at('name')).toBe('Release - Prod');
  expect(flow.at('on')).toEqual({ push: { branches: ['main'] } });
});

requirement('LUFFY-38', { by: ['github/workflows'] }, async () => {
  const flow = await workflow('release-prod.yaml');
  expect(scripts(flow)).not.toMatch(/docker (buildx )?build /);
  const tag = flow.list('jobs', 'tag', 'steps').at(-1);
  expect(tag?.at('env')).toEqual({ TAG_PREFIX: 'main', TAG_LENGTH: '7', UPSTREAM: 'env/preprod' });
  const script = String(tag?.at('run'));
  expect(script).toMatch(/^tag="\$TAG_PREFIX-\$\{GITHUB_SHA:0:\$TAG_LENGTH\}"$/m);
  expect(script).toContain('docker buildx imagetools create --prefer-index=false --tag "$image:$tag" "$image@$digest"');
  const rebuilt: readonly Edit[] = [
    ["  to: prod,\n  on: repository.branch('main'),", '  to: prod,\n  rebuild: true,'],
    ["host: 'openluffy.local',", "host: 'openluffy.local',\n  source: repository.branch('main'),\n  imageTag: { prefix: 'main' },"],
  ];
  const built = parsedFile(rendered(OPENLUFFY, rebuilt), `${WORKFLOWS}/release-prod.yaml`);
  expect(built.at('name')).toBe('Release - Prod');
  expect(built.at('on')).toEqual({ push: { branches: ['main'] } });
  expect(built.at('jobs', 'build', 'env')).toEqual({ TAG_PREFIX: 'main', TAG_LENGTH: '7' });
  expect(scripts(built).match(/docker build /g)).toHaveLength(2);
});

requirement('LUFFY-39', { by: ['github/workflows'] }, async () => {
  const flow = await workflow('release-prod.yaml');
  expect(flow.entries('jobs').map(([id, job]) => [id, job.at('needs')])).toEqual([
    ['tag', undefined],
    ['wake', ['tag']],
  ]);
  // The last thing that it does is to wake delivery, which proposes the release to env/prod; it neither syncs nor waits.
  expect(scripts(flow).trimEnd().split('\n').at(-1)).toBe(
    'gh workflow run deliver.yaml --repo "$DELIVERY_REPOSITORY" --ref "$PROGRAM_BRANCH"',
  );
  expect(scripts(flow)).not.toMatch(/argocd|kubectl|\bsync\b|sleep|gh run watch|\bwait\b/i);
  const deliver = await workflow('deliver.yaml');
  expect(scripts(deliver)).not.toMatch(/argocd|kubectl|\bsync\b|sleep/i);
  for (const [, job] of [...flow.entries('jobs'), ...deliver.entries('jobs')])
    expect(Number(job.at('timeout-minutes'))).toBeLessThanOrEqual(15);
});

requirement('LUFFY-65', { by: ['documents'] }, () => {
  const files = rendered(OPENLUFFY);
  for (const [name, host] of [
    ['dev', 'dev.openluffy.local'],
    ['preprod', 'preprod.openluffy.local'],
    ['prod', 'openluffy.local'],
  ] as const) {
    const text = textOf(files, `docs/runbook-${name}.md`);
    expect(text).toContain(`https://${host}`);
    expect(text).toContain(`Application \`openluffy-${name}\` at https://argocd.local, in namespace \`argocd\``);
    expect(text).toContain(`kubectl get pods -n openluffy-${name}`);
    // Both ways back: the digests of an earlier release, and a revert that comes like any other change.
    const confirm = name === 'prod' ? ' --confirm prod' : '';
    expect(text).toContain(`stagegate rollback ${name} --to RELEASE --reason "what is wrong"${confirm}\n`);
    expect(text).toContain(
      'git switch --create revert-<bad-commit> origin/develop\ngit revert <bad-commit>\ngit push origin revert-<bad-commit>',
    );
  }
});

requirement('LUFFY-29', { by: ['argocd/application'] }, () => {
  const healing = (name: string): unknown =>
    only(rendered(OPENLUFFY), `${name}/bootstrap/`, 'Application').at('spec', 'syncPolicy', 'automated', 'selfHeal');
  expect([healing('dev'), healing('preprod')]).toEqual([true, true]);
  for (const name of ['dev', 'preprod']) {
    const off: Edit = [
      REFINED,
      `${REFINED}\n${name}.override(Kind.application, { spec: { syncPolicy: { automated: { selfHeal: false } } } });`,
    ];
    expect(findings('SG103', OPENLUFFY, [KIND, off])).toMatchObject([
      {
        severity: 'error',
        path: `openluffy/${name}`,
        given: `sync: Sync.automatic(), and Application openluffy-${name} with automated.selfHeal off`,
      },
    ]);
  }
});

requirement('LUFFY-34', { by: ['github/environments', 'github/workflows'] }, () => {
  const files = rendered(OPENLUFFY);
  // Runs of develop are admitted to the intake alone; prod admits the program branch only.
  const admits = (name: string): unknown => parsedFile(files, `github/lebrick07/openluffy/environments/${name}.json`).at('admits');
  expect(admits('prod')).toEqual([{ type: 'branch', name: 'main' }]);
  expect(admits('stagegate')).toEqual([{ type: 'branch', name: 'main' }]);
  const workflow = parsedFile(files, 'repositories/lebrick07/openluffy/.github/workflows/release-dev.yaml');
  expect(workflow.at('on')).toEqual({ push: { branches: ['develop'] } });
  expect(workflow.entries('jobs').map(([id, job]) => [id, job.at('environment', 'name')])).toEqual([
    ['build', undefined],
    ['start', 'stagegate-intake'],
  ]);
  const read = JSON.stringify(workflow.value).match(/secrets\.\w+/g);
  expect(read).toEqual(['secrets.STAGEGATE_INTAKE_PRIVATE_KEY']);
  const intake = parsedFile(files, 'github/lebrick07/openluffy/environments/stagegate-intake.json');
  expect(intake.at('secrets')).toEqual(['STAGEGATE_INTAKE_PRIVATE_KEY']);
});

requirement('LUFFY-63', { by: ['documents'] }, () => {
  const files = rendered(OPENLUFFY);
  for (const name of ['dev', 'preprod']) {
    const text = textOf(files, `docs/runbook-${name}.md`);
    expect(text).toContain('Argo CD refuses History and Rollback while the Application syncs by itself');
    const commands = [...text.matchAll(/^```sh\n([^`]*)^```$/gm)].flatMap(([, block = '']) => block.trimEnd().split('\n'));
    const back = commands.filter((command) => /roll/i.test(command));
    expect(back).toHaveLength(2);
    for (const command of back) expect(command).toMatch(new RegExp(`^stagegate rollback ${name} `));
  }
});

requirement('LUFFY-71', {}, () => {
  const text = textOf(rendered(OPENLUFFY), 'docs/release-lines.md');
  const rows = new Map(
    text
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      )
      .map(([row = '', ...cells]) => [row, cells] as const),
  );
  expect(rows.get('trigger')).toEqual(['push to `develop`', '`main` has the tree of a release that is in preprod']);
  expect(rows.get('approval')).toEqual(['none', '1 approval, among them 1 of team engineers, then a person syncs']);
  expect(rows.get('speed')).toEqual([
    'dev: healthy within 3m of the merge, preprod: healthy within 3m, 30s after dev',
    'prod: healthy within 3m of the sync',
  ]);
  expect(rows.get('risk')).toEqual(['low', 'high']);
  expect(rows.get('rollback')).toEqual(['`stagegate rollback dev`, `stagegate rollback preprod`', '`stagegate rollback prod`']);
  expect(rows.get('environments')).toEqual([
    'dev (https://dev.openluffy.local), preprod (https://preprod.openluffy.local)',
    'prod (https://openluffy.local)',
  ]);
});
