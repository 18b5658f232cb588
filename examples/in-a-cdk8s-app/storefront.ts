import { Chart, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { Secret } from 'stagegate';
import { TlsIngress, Workload } from 'stagegate/kubernetes';

/** The shop as it was: a search engine and the address of an old checkout, made with cdk8s-plus. New: `basket`, and one host for all. */
export class Storefront extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'storefront', labels: { team: 'storefront' } });

    const search = new kplus.Deployment(this, 'search', {
      metadata: { name: 'search' },
      replicas: 2,
      containers: [
        {
          image: 'ghcr.io/acme/search@sha256:1111111111111111111111111111111111111111111111111111111111111111',
          portNumber: 9200,
          resources: { memory: { request: Size.mebibytes(512), limit: Size.gibibytes(1) } },
        },
      ],
    });
    const checkout = new kplus.Service(this, 'checkout', {
      metadata: { name: 'checkout' },
      selector: kplus.Pods.select(this, 'checkout-pods', { labels: { app: 'checkout' } }),
      ports: [{ port: 80, targetPort: 3000 }],
    });

    const searching = new Workload(this, 'search-api', { deployment: search });
    const basket = new Workload(this, 'basket', {
      image: 'ghcr.io/acme/basket@sha256:2222222222222222222222222222222222222222222222222222222222222222',
      port: 8080,
      health: '/healthz',
      replicas: 3,
      env: { CURRENCY: 'EUR' },
      secrets: { REDIS_URL: Secret.external('storefront/redis-url') },
      uses: { SEARCH_URL: searching },
    });
    new TlsIngress(this, 'shop', {
      host: 'shop.acme.example.com',
      routes: { '/basket': basket, '/search': searching, '/checkout': checkout },
      issuer: 'letsencrypt',
    });
  }
}
