/**
 * Stands in for the autoscaling controller: brings what a HorizontalPodAutoscaler names to its minimum of replicas and reports that
 * all is well. The real one asks a metrics server, which needs running containers.
 *
 *   TOKEN=… node autoscaler.mjs PORT CERTIFICATE
 */

import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const [port, certificate] = process.argv.slice(2);
const ca = readFileSync(certificate);

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${process.env.TOKEN}`, 'content-type': 'application/merge-patch+json' };
    const asked = request({ host: '127.0.0.1', port, path, method, headers, ca }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () =>
        answer.statusCode < 300 ? resolve(JSON.parse(text)) : reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`)),
      );
    });
    asked.on('error', reject);
    asked.end(body && JSON.stringify(body));
  });
}

async function settle({ metadata, spec, status }) {
  const replicas = spec.minReplicas ?? 1;
  const { apiVersion, kind, name } = spec.scaleTargetRef;
  const target = `/apis/${apiVersion}/namespaces/${metadata.namespace}/${kind.toLowerCase()}s/${name}/scale`;
  const scale = await call('GET', target);
  if (scale.spec.replicas !== replicas) await call('PATCH', target, { spec: { replicas } });
  if (status?.desiredReplicas === replicas && scale.spec.replicas === replicas) return;
  const since = { status: 'True', lastTransitionTime: new Date().toISOString() };
  const conditions = [
    { type: 'AbleToScale', reason: 'ReadyForNewScale', message: 'kept at the minimum', ...since },
    { type: 'ScalingActive', reason: 'ValidMetricFound', message: 'no metric is read', ...since },
  ];
  const path = `/apis/autoscaling/v2/namespaces/${metadata.namespace}/horizontalpodautoscalers/${metadata.name}/status`;
  await call('PATCH', path, { status: { currentReplicas: replicas, desiredReplicas: replicas, conditions } });
}

for (;;) {
  try {
    const { items } = await call('GET', '/apis/autoscaling/v2/horizontalpodautoscalers');
    for (const item of items) await settle(item);
  } catch (failure) {
    // The target may not be there yet, or anymore: the next round sees.
    console.error(failure.message);
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
