import { EnvironmentResources } from 'stagegate/pulumi';
import { dev } from '../examples/01-openluffy/platform';
import { environmentConfig } from './config';

/** The stack of dev: its namespace with limits and network floor, admission policy, AppProject and Application. */
export default async () => {
  const { inputs, options } = await environmentConfig(dev);
  return new EnvironmentResources('dev', { environment: dev, inputs }, options).outputs;
};
