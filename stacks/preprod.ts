import { EnvironmentResources } from 'stagegate/pulumi';
import { preprod } from '../examples/01-openluffy/platform';
import { environmentConfig } from './config';

/** The stack of preprod: its namespace with limits and network floor, admission policy, AppProject and Application. */
export default async () => {
  const { inputs, options } = await environmentConfig(preprod);
  return new EnvironmentResources('preprod', { environment: preprod, inputs }, options).outputs;
};
