import { equal } from 'node:assert/strict';
import type { ComponentResourceOptions } from '@pulumi/pulumi';
import { bindInput, EnvironmentResources, RepositoryResources } from 'stagegate/pulumi';
import { dev } from './main-door.js';

/** What a program writes; nothing is registered here, since there is no engine. */
export function resources(options: ComponentResourceOptions): EnvironmentResources {
  return new EnvironmentResources('dev', { environment: dev }, options);
}

equal(typeof bindInput, 'function');
equal(typeof RepositoryResources, 'function');
