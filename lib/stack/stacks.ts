import type { DesiredState } from '../desired/desired-state';
import { refuse } from '../values/diagnostic';
import { environmentStack } from './environment-stack';
import { REPOSITORY_STACK, repositoryStack } from './repository-stack';
import type { Stack } from './stack';

/**
 * Names of all stacks of a platform: one for each environment, and `github`.
 *
 * @throws InvalidValueError SG059 when an environment bears the name of the repositories' stack.
 */
export function stackNames(desired: DesiredState): readonly string[] {
  const environments = desired.environments.map(({ name }) => name);
  if (environments.includes(REPOSITORY_STACK)) {
    refuse({
      code: 'SG059',
      name: 'reserved-stack',
      path: `${desired.platform}/${REPOSITORY_STACK}`,
      message: 'the stack of this name is that of the repositories',
      given: REPOSITORY_STACK,
      expected: 'an environment of another name',
      remedy: 'name the environment differently',
    });
  }
  return [...environments, REPOSITORY_STACK];
}

/** The stack of this name; undefined when there is none. */
export function tryStack(desired: DesiredState, name: string): Stack | undefined {
  if (!stackNames(desired).includes(name)) return undefined;
  return name === REPOSITORY_STACK ? repositoryStack(desired) : environmentStack(desired, name);
}
