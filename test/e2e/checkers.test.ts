import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionlint, checkov, type Finding, kubeScore, zizmor } from './bed/checkers';

const pod = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: x }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example/web:latest
          securityContext: { privileged: true }
`;

const workflow = `name: Greet
on: issues
permissions: {}
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo "\${{ github.event.issue.title }}"
`;

const sound = `name: Greet
on:
  push:
    branches: [main]
permissions: {}
concurrency:
  group: greet
  cancel-in-progress: true
jobs:
  greet:
    name: Greet
    runs-on: ubuntu-24.04
    timeout-minutes: 1
    steps:
      - run: echo hello
`;

describe('The checkers', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stagegate-checkers-'));
    mkdirSync(join(folder, 'manifests/web'), { recursive: true });
    mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const found = (findings: readonly Finding[], rule: string): Finding | undefined => findings.find((finding) => finding.rule === rule);

  test('kube-score and checkov name the object, the file and the rule of a careless Deployment', async () => {
    writeFileSync(join(folder, 'manifests/web/deployment.yaml'), pod);
    const scored = await kubeScore(join(folder, 'manifests'));
    expect(found(scored, 'container-image-tag')).toMatchObject({
      tool: 'kube-score',
      severity: 'high',
      file: 'web/deployment.yaml',
      object: 'Deployment/apps/v1/x/web',
    });
    const checked = await checkov(join(folder, 'manifests'), 'kubernetes');
    expect(found(checked, 'CKV_K8S_16')).toEqual({
      tool: 'checkov',
      rule: 'CKV_K8S_16',
      severity: 'unrated',
      file: 'web/deployment.yaml',
      line: 1,
      object: 'Deployment.x.web',
      message: 'Container should not be privileged',
    });
  });

  test('actionlint, zizmor and checkov find a title that anybody may write run as a command', async () => {
    writeFileSync(join(folder, '.github/workflows/greet.yaml'), workflow);
    expect(await actionlint(join(folder, '.github/workflows'))).toMatchObject([
      { tool: 'actionlint', rule: 'expression', severity: 'high', file: 'greet.yaml', line: 9 },
    ]);
    const audited = await zizmor(join(folder, '.github/workflows'));
    expect(found(audited, 'template-injection')).toMatchObject({ tool: 'zizmor', severity: 'high', file: 'greet.yaml' });
    expect(found(audited, 'unpinned-uses')).toMatchObject({ severity: 'high', file: 'greet.yaml', line: 8 });
    expect(found(await checkov(folder, 'github_actions'), 'CKV_GHA_2')).toMatchObject({
      tool: 'checkov',
      file: '.github/workflows/greet.yaml',
    });
  });

  test('report nothing for a sound workflow and an empty configuration', async () => {
    writeFileSync(join(folder, '.github/workflows/greet.yaml'), sound);
    writeFileSync(
      join(folder, 'manifests/web/map.yaml'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x, namespace: x }\ndata: {}\n',
    );
    expect(await actionlint(join(folder, '.github/workflows'))).toEqual([]);
    expect(await zizmor(join(folder, '.github/workflows'))).toEqual([]);
    expect(await checkov(folder, 'github_actions')).toEqual([]);
    expect(await kubeScore(join(folder, 'manifests'))).toEqual([]);
    expect(await checkov(join(folder, 'manifests'), 'kubernetes')).toEqual([]);
  });

  test('fail instead of reporting nothing when there is nothing to read', async () => {
    await expect(kubeScore(join(folder, 'manifests'))).rejects.toThrow('holds no YAML file');
    await expect(actionlint(join(folder, 'manifests'))).rejects.toThrow('holds no YAML file');
    await expect(zizmor(join(folder, 'manifests'))).rejects.toThrow('holds no YAML file');
    await expect(checkov(join(folder, 'absent'), 'kubernetes')).rejects.toThrow();
  });

  test('fail instead of reporting nothing when a file is not YAML', async () => {
    writeFileSync(join(folder, 'manifests/web/broken.yaml'), 'apiVersion: v1\nkind: [\n');
    writeFileSync(join(folder, '.github/workflows/broken.yaml'), 'on: [\n');
    await expect(kubeScore(join(folder, 'manifests'))).rejects.toThrow('broken.yaml');
    await expect(checkov(join(folder, 'manifests'), 'kubernetes')).rejects.toThrow('broken.yaml');
    await expect(actionlint(join(folder, '.github/workflows'))).rejects.toThrow('broken.yaml');
    await expect(zizmor(join(folder, '.github/workflows'))).rejects.toThrow('broken.yaml');
  });
});
