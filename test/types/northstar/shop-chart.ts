import { App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { TlsIngress, Workload } from 'stagegate/kubernetes';

export class Shop extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const api = new Workload(this, 'api', {
      image: 'ghcr.io/acme/api@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      port: 8080,
      health: '/healthz',
      replicas: 3,
    });
    new TlsIngress(this, 'web', { host: 'shop.example.com', routes: { '/api': api }, issuer: 'letsencrypt' });
  }
}

export const app = new App();
new Shop(app, 'shop');
