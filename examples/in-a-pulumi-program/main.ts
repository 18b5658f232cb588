import * as pulumi from '@pulumi/pulumi';
import { bindInput, EnvironmentResources } from 'stagegate/pulumi';
import { Cluster } from './cluster.js';
import { host, prod, staging } from './stagegate.config.js';

const config = new pulumi.Config();
const cluster = new Cluster('main', { kubeconfig: config.requireSecret('kubeconfig'), domain: config.require('domain') });

const { provider } = cluster;
const environments = [
  new EnvironmentResources('staging', { environment: staging }, { provider }),
  new EnvironmentResources('prod', { environment: prod, inputs: [bindInput(host, cluster.host)] }, { provider }),
];

export const urls = pulumi.all(environments.map(({ outputs }) => outputs.url));
export const applications = pulumi.all(environments.map(({ outputs }) => outputs.application));
