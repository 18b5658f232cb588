import { EnvironmentResources } from 'stagegate/pulumi';
import { prod } from '../examples/01-openluffy/platform';
import { environmentConfig } from './config';

/** The stack of prod: its namespace with limits and network floor, admission policy, AppProject and Application. */
export default async () => {
  const { inputs, options } = await environmentConfig(prod);
  return new EnvironmentResources('prod', { environment: prod, inputs }, options).outputs;
};
