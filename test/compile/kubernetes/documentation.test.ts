import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  EPHEMERAL_STORAGE,
  MONITORING_NAMESPACE,
  PROBES,
  SECRET_REFRESH,
  TERMINATION,
  UNSPECIFIED_CONTAINER,
  USER_ID,
} from '../../../lib/compile/kubernetes/conventions';

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'kubernetes.md'), 'utf8');

test.each([
  ['user and group', `${USER_ID};`],
  [
    'scratch space',
    `requests ${EPHEMERAL_STORAGE.request}, at most ${EPHEMERAL_STORAGE.limit}; a \`writable\` directory at most ${EPHEMERAL_STORAGE.directory}`,
  ],
  [
    'a container that says nothing',
    `requests ${UNSPECIFIED_CONTAINER.requests.cpu} and ${UNSPECIFIED_CONTAINER.requests.memory}, at most ${UNSPECIFIED_CONTAINER.limits.cpu} and ${UNSPECIFIED_CONTAINER.limits.memory}`,
  ],
  ['start', `every ${PROBES.startup.periodSeconds} s, ${PROBES.startup.failureThreshold} times`],
  ['readiness', `every ${PROBES.readiness.periodSeconds} s, not ready after ${PROBES.readiness.failureThreshold} failures`],
  ['liveness', `every ${PROBES.liveness.periodSeconds} s, restarted after ${PROBES.liveness.failureThreshold} failures`],
  ['stopping', `${TERMINATION.drainSeconds} s in which it still answers, ${TERMINATION.graceSeconds} s in all`],
  ['namespace of the metrics server', `else \`${MONITORING_NAMESPACE}\``],
  ['secrets', `every ${SECRET_REFRESH},`],
])('the page on Kubernetes says of %s what is compiled', (subject, text) => {
  const row = page.split('\n').find((line) => line.startsWith(`| ${subject}`));
  expect(row).toContain(text);
});
