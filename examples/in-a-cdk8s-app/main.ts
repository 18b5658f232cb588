import { readFileSync } from 'node:fs';
import { App } from 'cdk8s';
import { EnvironmentChart } from 'stagegate/kubernetes';
import { prod, staging } from './stagegate.config.js';
import { Storefront } from './storefront.js';

const app = new App({ outdir: 'rendered' });
new Storefront(app, 'storefront');

const images = JSON.parse(readFileSync('images.json', 'utf8'));
new EnvironmentChart(app, 'catalogue-staging', { environment: staging, images });
new EnvironmentChart(app, 'catalogue-prod', { environment: prod, images });

app.synth();
