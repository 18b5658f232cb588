import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argoCdHealth } from '../../lib/delivery';
import { observationOf } from '../../lib/delivery/argocd-health';
import { desired } from './fixture';

const revision = 'a'.repeat(40);
const older = 'b'.repeat(40);
const healthy = {
  status: {
    sync: { status: 'Synced', revision },
    health: { status: 'Healthy', lastTransitionTime: '2026-01-05T12:00:10Z' },
    reconciledAt: '2026-01-05T12:00:12Z',
    operationState: {
      phase: 'Succeeded',
      finishedAt: '2026-01-05T12:00:05Z',
      syncResult: { revision },
      operation: { initiatedBy: { username: 'mia' } },
    },
  },
};

test('an Application that is synced, healthy and reconciled after its operation says so, with who started it', () => {
  expect(observationOf(healthy)).toEqual({
    revision,
    sync: 'synced',
    health: 'healthy',
    operation: 'succeeded',
    healthSince: Date.UTC(2026, 0, 5, 12, 0, 10),
    startedBy: 'mia',
  });
});

test('health from before the end of the operation is that of the old pods and does not count', () => {
  const { status } = healthy;
  expect(observationOf({ status: { ...status, reconciledAt: '2026-01-05T12:00:04Z' } }).health).toBe('progressing');
});

test('an Application that is out of sync gives the revision that was applied last, not the one that it compares with', () => {
  const { status } = healthy;
  const behind = {
    ...status,
    sync: { status: 'OutOfSync', revision },
    operationState: { ...status.operationState, syncResult: { revision: older } },
  };
  expect(observationOf({ status: behind })).toMatchObject({ revision: older, sync: 'out-of-sync' });
});

test('a requested operation counts as running, a failed one says why, and an automated one names nobody', () => {
  const { status } = healthy;
  expect(observationOf({ ...healthy, operation: {} }).operation).toBe('running');
  const failed = {
    ...status.operationState,
    phase: 'Failed',
    message: 'one or more objects failed:\n  denied',
    operation: { initiatedBy: { username: 'x', automated: true } },
  };
  const seen = observationOf({ status: { ...status, operationState: failed } });
  expect(seen).toMatchObject({ operation: 'failed', message: 'one or more objects failed: denied' });
  expect(seen.startedBy).toBeUndefined();
  expect(observationOf({})).toEqual({ sync: 'unknown', health: 'unknown', operation: 'none' });
});

describe('through kubectl', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stagegate-kubectl-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function kubectl(script: string): Promise<string> {
    const path = join(folder, 'kubectl');
    await writeFile(path, `#!/bin/sh\necho "$@" >> '${folder}/calls'\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  test('observing reads the Application and the Deployments, and a sync is an operation in the name of the person', async () => {
    const deployments = {
      items: [
        {
          metadata: { name: 'backend', labels: { 'app.kubernetes.io/name': 'backend' } },
          spec: { replicas: 3 },
          status: { readyReplicas: 2 },
        },
      ],
    };
    await writeFile(join(folder, 'application.json'), JSON.stringify(healthy));
    await writeFile(join(folder, 'deployments.json'), JSON.stringify(deployments));
    const program = await kubectl(
      `case "$*" in *deployments*) cat '${folder}/deployments.json';; *secrets*) printf 'a\\nb\\n';; *) cat '${folder}/application.json';; esac`,
    );
    const target = argoCdHealth({ desired, kubectl: program, kubeconfig: '/k', context: 'c' });
    expect(await target.observe('prod')).toMatchObject({ health: 'healthy', pods: { backend: { ready: 2, wanted: 3 } } });
    await target.refresh('prod');
    await target.sync('prod', revision, 'mia');
    expect(await target.presentSecrets?.('prod')).toEqual(['a', 'b']);
    const calls = (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
    const common = '--kubeconfig /k --context c --request-timeout=20s';
    expect(calls).toContain(`${common} get --namespace argocd applications.argoproj.io/shop-prod --output json`);
    expect(calls).toContain(
      `${common} annotate --namespace argocd applications.argoproj.io/shop-prod argocd.argoproj.io/refresh=normal --overwrite`,
    );
    const patch = calls.find((call) => call.includes(' patch '))?.split('--patch ')[1] ?? '';
    expect(JSON.parse(patch)).toMatchObject({ operation: { initiatedBy: { username: 'mia' }, sync: { revision } } });
  });

  test.each([
    ['is missing', undefined, 20, 'is not installed'],
    ['fails', 'echo "error: You must be logged in to the server" >&2; exit 1', 20, 'You must be logged in to the server'],
    ['answers nonsense', 'echo nonsense', 20, "the cluster's answer is not JSON"],
  ])('a kubectl that %s is a failure of the outside, safe to repeat', async (_what, script, timeoutSeconds, message) => {
    const program = script === undefined ? join(folder, 'none') : await kubectl(script);
    const target = argoCdHealth({ desired, kubectl: program, timeoutSeconds });
    await expect(target.observe('dev')).rejects.toMatchObject({ kind: 'outside', message: expect.stringContaining(message) });
  });
});
