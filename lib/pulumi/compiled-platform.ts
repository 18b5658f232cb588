import * as pulumi from '@pulumi/pulumi';
import { compile } from '../compile/compile';
import type { DesiredState } from '../desired/desired-state';
import type { PlatformModel } from '../model/platform-model';
import { resolve } from '../model/resolve';
import type { Platform } from '../platform';
import { check } from '../rules/check';
import { diagnosticText } from '../rules/report';
import { refuseInterpolatedOutputs } from '../stack/interpolated-output';
import { RefusedProgramError, withoutStack } from './refusal';

/** A platform that was compiled and checked. */
export interface CompiledPlatform {
  readonly model: PlatformModel;
  readonly desired: DesiredState;
}

const compiled = new WeakMap<Platform, CompiledPlatform>();

/**
 * Compiles a platform and applies the rules to it, once in a program: warnings are logged, errors stop it before anything is registered.
 *
 * @throws RefusedProgramError when a rule finds an error.
 * @throws InvalidValueError SG052 when an Output was put into a declared text.
 */
export function compiledPlatform(platform: Platform): CompiledPlatform {
  const known = compiled.get(platform);
  if (known !== undefined) return known;
  const result = withoutStack(() => compileAndCheck(platform));
  compiled.set(platform, result);
  return result;
}

/**
 * Applies the rules to a platform before anything is registered: a provider, for instance, which a component needs and which stays in the
 * state when the component is refused. What is made of the platform afterwards takes the same result.
 *
 * @throws RefusedProgramError when a rule finds an error.
 * @throws InvalidValueError SG052 when an Output was put into a declared text.
 */
export function checkPlatform(platform: Platform): void {
  compiledPlatform(platform);
}

function compileAndCheck(platform: Platform): CompiledPlatform {
  const model = resolve(platform);
  refuseInterpolatedOutputs(model, model.name);
  const desired = compile(model);
  refuseInterpolatedOutputs(desired, model.name);
  const { diagnostics, exploration } = check(model, desired, { date: new Date().toISOString().slice(0, 10) });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new RefusedProgramError(`stagegate check refuses ${model.name}, nothing of it was registered`, errors);
  if (exploration?.complete === false)
    throw new RefusedProgramError(
      `the exploration of ${model.name} was cut off by its budget of states, so that nothing is known about the rest; nothing of it was registered`,
      [],
    );
  for (const warning of diagnostics) void pulumi.log.warn(diagnosticText(warning).replace(/^warning /, ''));
  return { model, desired };
}
