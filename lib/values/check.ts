/** A check that stagegate's own `validate` workflow runs; GitHub Actions reports it under its name. */
export interface RunCheck {
  readonly kind: 'run';
  /** Name of the check, which is the name of the job. */
  readonly name: string;
  /** Shell command that succeeds when the check holds. */
  readonly run: string;
}

/** A check that another GitHub App reports. */
export interface ExternalCheck {
  readonly kind: 'external';
  /** Name of the check as the app reports it. */
  readonly name: string;
  /** Slug of the GitHub App. */
  readonly app: string;
}

export type Check = RunCheck | ExternalCheck;

export const Check = {
  run(name: string, run: string): RunCheck {
    return { kind: 'run', name, run };
  },
  external(name: string, props: { readonly app: string }): ExternalCheck {
    return { kind: 'external', name, app: props.app };
  },
};
