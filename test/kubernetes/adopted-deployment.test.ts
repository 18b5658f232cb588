import { App, Chart, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { type AdoptedWorkloadProps, Workload } from 'stagegate/kubernetes';
import { refusal } from '../declared';

interface Written {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an object of any kind
  readonly [field: string]: any;
}

function reports(chart: Chart, props: kplus.DeploymentProps = {}): kplus.Deployment {
  return new kplus.Deployment(chart, 'reports', { containers: [{ image: 'ghcr.io/acme/reports', portNumber: 9000 }], ...props });
}

const own = (namespace?: string) => new Chart(new App(), 'own', { namespace });

test('a Deployment of cdk8s-plus gets a Service and a disruption budget, and stays as it is', () => {
  const alone = own();
  reports(alone);
  const chart = own();
  const workload = new Workload(chart, 'reporting', { deployment: reports(chart) });
  const [deployment, ...objects] = Testing.synth(chart) as Written[];
  expect([deployment]).toEqual(Testing.synth(alone));
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['Service reporting', 'PodDisruptionBudget reporting']);
  const matchLabels = deployment?.spec.selector.matchLabels;
  expect(objects[0]?.spec).toEqual({
    ports: [{ name: 'http', port: 9000, protocol: 'TCP', targetPort: 9000 }],
    selector: matchLabels,
    type: 'ClusterIP',
  });
  expect(objects[1]?.spec.selector).toEqual({ matchLabels });
  expect(deployment?.spec.template.metadata.labels).toMatchObject(matchLabels);
  expect({ port: workload.port, selector: workload.selector }).toEqual({ port: 9000, selector: matchLabels });
});

test('one pod gets no disruption budget', () => {
  const chart = own();
  new Workload(chart, 'reporting', { deployment: reports(chart, { replicas: 1 }) });
  expect((Testing.synth(chart) as Written[]).map(({ kind }) => kind)).toEqual(['Deployment', 'Service']);
});

test('with autoscaling the Deployment says no number of pods any more', () => {
  const chart = own();
  const deployment = reports(chart);
  new Workload(chart, 'reporting', { deployment, autoscaling: { min: 1, max: 3 } });
  const objects = Testing.synth(chart) as Written[];
  expect(objects.map(({ kind }) => kind)).toEqual(['Deployment', 'Service', 'HorizontalPodAutoscaler']);
  expect(objects[0]?.spec.replicas).toBeUndefined();
  expect(objects[2]?.spec.scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: deployment.name });
});

describe('a Deployment cannot be adopted', () => {
  const cases: readonly (readonly [string, string, (chart: Chart) => AdoptedWorkloadProps])[] = [
    [
      'when it is another kind of object',
      'SG009',
      (chart) => ({ deployment: new kplus.Service(chart, 'x', { ports: [{ port: 1 }] }) }) as never,
    ],
    ['when it is nothing', 'SG009', () => ({ deployment: null }) as never],
    ['when it is of another app', 'SG009', () => ({ deployment: reports(own('shop')) })],
    [
      'when it is in another namespace',
      'SG009',
      (chart) => ({ deployment: reports(new Chart(chart.node.root as App, 'data', { namespace: 'data' })) }),
    ],
    ['when it selects no pods', 'SG076', (chart) => ({ deployment: reports(chart, { select: false }) })],
    [
      'when it selects by expressions',
      'SG076',
      (chart) => {
        const deployment = reports(chart);
        deployment.select(kplus.LabelSelector.of({ expressions: [kplus.LabelExpression.exists('team')] }));
        return { deployment };
      },
    ],
    ['at a port that no container has', 'SG076', (chart) => ({ deployment: reports(chart), port: 9001 })],
    [
      'without a port, when its containers have none',
      'SG076',
      (chart) => ({ deployment: reports(chart, { containers: [{ image: 'x' }] }) }),
    ],
    ['with a number of pods beside it', 'SG076', (chart) => ({ deployment: reports(chart), replicas: 3 }) as never],
    [
      'with a second autoscaler',
      'SG076',
      (chart) => {
        const deployment = reports(chart);
        new kplus.HorizontalPodAutoscaler(chart, 'scaler', { target: deployment, maxReplicas: 3 });
        return { deployment, autoscaling: { min: 1, max: 3 } };
      },
    ],
  ];

  test.each(cases)('%s', (_, code, props) => {
    const chart = own('shop');
    const given = props(chart);
    const { code: refused, path } = refusal(() => new Workload(chart, 'reporting', given));
    expect({ code: refused, path }).toEqual({ code, path: 'own/reporting' });
  });

  test('and then select other pods', () => {
    const chart = own();
    const deployment = reports(chart);
    new Workload(chart, 'reporting', { deployment });
    deployment.select(kplus.LabelSelector.of({ labels: { team: 'shop' } }));
    expect(() => Testing.synth(chart)).toThrow(
      'SG076 unsuitable-deployment own/reporting: the deployment selects other pods than when it was adopted',
    );
  });
});

test('a Deployment of another chart with the same namespace can be adopted, without a dependency between the charts', () => {
  const app = new App();
  const [one, other] = ['one', 'other'].map((id) => new Chart(app, id, { namespace: 'shop' })) as [Chart, Chart];
  new Workload(one, 'reporting', { deployment: reports(other) });
  app.synthYaml();
  expect(app.node.findAll().flatMap(({ node }) => node.dependencies)).toEqual([]);
});
