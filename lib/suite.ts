import { Construct } from 'constructs';
import { isNoun, markNoun, openScope } from './noun';
import type { Platform } from './platform';
import { refuse, shown } from './values/diagnostic';

export interface SuiteProps {
  /** Shell command that passes when the environment holds what the suite asks; it gets `STAGEGATE_ENVIRONMENT`, `STAGEGATE_HOST` and `STAGEGATE_RELEASE`. */
  readonly run: string;
}

/** A test suite that runs against an environment and verifies a release there. */
export class Suite extends Construct {
  static isSuite(value: unknown): value is Suite {
    return isNoun(value, 'suite');
  }

  readonly suiteName: string;
  readonly props: SuiteProps;

  constructor(scope: Platform, id: string, props: SuiteProps) {
    super(openScope(scope, id), id);
    markNoun(this, 'suite');
    if (typeof props.run !== 'string' || props.run.trim() === '') {
      refuse({
        code: 'SG014',
        name: 'invalid-command',
        path: this.node.path,
        message: 'a suite needs a command',
        given: shown(props.run),
        expected: "a shell command, for instance 'make integration'",
        remedy: 'give the command that runs the suite',
      });
    }
    this.suiteName = id;
    this.props = props;
  }
}
