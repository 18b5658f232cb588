import { match, ok, throws } from 'node:assert/strict';
import { ApiObject, App, Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { InvalidValueError } from 'stagegate';
import { EnvironmentChart, type ServiceTarget, TlsIngress, Workload } from 'stagegate/kubernetes';
import { dev } from './main-door.js';

const image = `ghcr.io/acme/shop/api@sha256:${'4'.repeat(64)}`;

class Shop extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'shop' });
    const old = new kplus.Service(this, 'old', { metadata: { name: 'old' }, ports: [{ port: 80 }] });
    const reports = new kplus.Deployment(this, 'reports', { containers: [{ image: 'ghcr.io/acme/reports', portNumber: 9000 }] });
    const api = new Workload(this, 'api', { image, port: 8080, health: '/healthz', uses: { OLD_URL: old } });
    const routes: Record<string, ServiceTarget> = {
      '/api': api,
      '/old': old,
      '/reports': new Workload(this, 'reporting', { deployment: reports }),
    };
    new TlsIngress(this, 'web', { host: 'shop.acme.example', routes, issuer: 'letsencrypt' });
    ApiObject.of(api).metadata.addLabel('team', 'shop');
  }
}

const app = new App();
const shop = new Shop(app, 'shop');
const chart = new EnvironmentChart(app, 'dev', { environment: dev, images: { api: image } });
const text = app.synthYaml();

ok(shop.node.findAll().some(Workload.isWorkload));
ok(EnvironmentChart.isEnvironmentChart(chart));
match(text, /^ {4}team: shop$/m);
// The style of render, which is not that of cdk8s.
match(text, /^ {2}ports:\n {2}- name: http\n/m);
throws(() => new Workload(shop, 'wrong', { image: 'ghcr.io/acme/api:1', port: 8080, health: '/' }), InvalidValueError);
