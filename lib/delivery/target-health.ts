/** What a target says of one environment at one instant. */
export interface TargetObservation {
  /** Commit of the environment's branch that the target last applied; absent before the first sync. */
  readonly revision?: string;
  readonly sync: 'synced' | 'out-of-sync' | 'unknown';
  readonly health: 'healthy' | 'progressing' | 'degraded' | 'suspended' | 'missing' | 'unknown';
  /** Outcome of the last operation at `revision`. */
  readonly operation: 'succeeded' | 'running' | 'failed' | 'none';
  /** Who started the last operation; absent when the target did by itself. */
  readonly startedBy?: string;
  /** Time of the last change of `health`, milliseconds since the epoch, where the target keeps it: a loss between two looks is then seen. */
  readonly healthSince?: number;
  readonly message?: string;
  /** Pods ready and wanted, per service, where the target can tell. */
  readonly pods?: Readonly<Record<string, { readonly ready: number; readonly wanted: number }>>;
}

/** Where environments run: read by health gates, told to look again after a merge, and, for manual ones, synced by a person. */
export interface TargetHealth {
  observe(environment: string): Promise<TargetObservation>;
  /** Asks the target to read the environment's branch now; done when the request was taken. */
  refresh(environment: string): Promise<void>;
  /** Starts a sync of a manual environment to exactly this commit, as a person. */
  sync(environment: string, revision: string, by: string): Promise<void>;
  /** Names of the Secrets that exist where the environment runs; left out by targets that cannot tell. Never their values. */
  presentSecrets?(environment: string): Promise<readonly string[]>;
  /** The last lines that a service's containers logged; left out by targets that cannot tell. */
  logs?(environment: string, service: string, seconds: number): Promise<string>;
}
