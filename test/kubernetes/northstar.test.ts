import { Testing } from 'cdk8s';
import { app, Shop } from '../types/northstar/shop-chart';

test('a chart of an existing app has a workload and its host in two statements', () => {
  const objects: { kind: string; metadata: { name: string } }[] = Testing.synth(new Shop(Testing.app(), 'shop'));
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'ServiceAccount api',
    'Service api',
    'Deployment api',
    'PodDisruptionBudget api',
    'Certificate web-tls',
    'Ingress web',
  ]);
  expect(app.synthYaml()).toContain('host: shop.example.com');
});
