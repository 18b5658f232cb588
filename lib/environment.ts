import { Construct } from 'constructs';
import { assertReference, assertUnlocked, isNoun, markNoun, openScope } from './noun';
import type { Platform } from './platform';
import { refuse, shown } from './values/diagnostic';
import { type Duration, seconds } from './values/duration';
import { dnsLabel, hostName, httpUrl } from './values/name';
import type { Source } from './values/source';
import type { Sync, Target, Tls } from './values/target';
import type { Lifecycle, Tier } from './values/tier';
import type { JsonPatchOperation, Kind, Resources } from './values/workload';

export interface EnvironmentProps {
  /** How much is at stake; defaults and what the rules demand follow from it. */
  readonly tier: Tier;
  /** Where services run. */
  readonly target: Target;
  /** Ref whose pushes build new releases that are born here. @default none: releases come by promotion only */
  readonly source?: Source;
  /** Who applies what the environment's branch says. @default Sync.automatic() */
  readonly sync?: Sync;
  /** Where the environment stands in its life. @default 'active' */
  readonly lifecycle?: Lifecycle;
  /** Host of the environment. @default '<environment>.<domain of the platform>' */
  readonly host?: string;
  /** How the host is served. @default an issuer by tier and domain, `internal` under `.local` */
  readonly tls?: Tls;
  /** Namespace on the cluster. @default '<platform>-<environment>' */
  readonly namespace?: string;
  /** Class of the data that lives here. @default `synthetic` in development, `anonymised` in staging, `live` in production */
  readonly data?: 'synthetic' | 'anonymised' | 'live';
  /** Verbosity that services get as `LOG_LEVEL`. @default `debug` in development, `info` elsewhere */
  readonly logLevel?: 'debug' | 'info';
  /** Environment variables of every service here. @default none */
  readonly settings?: Readonly<Record<string, string>>;
  /** Upper bounds of everything that runs here. @default what the rendered services request, with room for a rollout */
  readonly limits?: Resources & { readonly pods?: number };
  /** Pods of a service here. @default by tier */
  readonly replicas?: number;
  /** Tag for people on images built for, or promoted to, this environment: prefix and characters of the commit, 7 to 40. @default the branch of the promotion into it, else its name; 7 */
  readonly imageTag?: { readonly prefix?: string; readonly length?: number };
  /** How health becomes known, and after which time without it a release counts as failed. @default polled, '10m' */
  readonly health?: { readonly mode?: 'polled' | 'reported'; readonly timeout?: Duration };
  /** Deployments that Argo CD remembers. @default 10 */
  readonly revisionHistory?: number;
  /** Whether a newer release waits here until the present one has soaked. @default 'always' */
  readonly admit?: 'always' | 'after-soak';
  /** Time from merge to healthy that is promised. @default '3m' */
  readonly deployTarget?: Duration;
}

/** A change to compiled objects of one kind. */
export interface Override {
  readonly kind: Kind;
  readonly change: { readonly merge: Readonly<Record<string, unknown>> } | { readonly patch: readonly JsonPatchOperation[] };
}

/** A place where releases run. */
export class Environment extends Construct {
  static isEnvironment(value: unknown): value is Environment {
    return isNoun(value, 'environment');
  }

  readonly environmentName: string;
  readonly props: EnvironmentProps;
  private readonly changes: Override[] = [];

  constructor(scope: Platform, id: string, props: EnvironmentProps) {
    super(openScope(scope, id), id);
    markNoun(this, 'environment');
    const path = this.node.path;
    this.environmentName = dnsLabel(id, 'the name of the environment', path, 40);
    if (props.namespace !== undefined) dnsLabel(props.namespace, 'the namespace', path);
    if (props.host !== undefined) hostName(props.host, path);
    if (props.source !== undefined) assertReference(this, props.source.repository, 'repository', 'the repository of the source');
    if (props.target.kind === 'kubernetes') httpUrl(props.target.cluster.url, 'the address of Argo CD', path);
    else httpUrl(props.target.url, 'the address of Coolify', path);
    seconds(props.health?.timeout ?? '10m', path);
    seconds(props.deployTarget ?? '3m', path);
    wholeNumber(props.replicas, 0, 1000, 'replicas', path);
    wholeNumber(props.revisionHistory, 0, 1000, 'revisionHistory', path);
    wholeNumber(props.imageTag?.length, 7, 40, 'imageTag.length', path);
    this.props = props;
  }

  /** Changes to compiled objects of the environment itself, in order. */
  get overrides(): readonly Override[] {
    return [...this.changes];
  }

  /** Merges a partial object into the environment's objects of a kind; lists of named things merge by name. */
  override(kind: Kind, partial: Readonly<Record<string, unknown>>): void {
    assertUnlocked(this, this.node.path);
    this.changes.push({ kind, change: { merge: partial } });
  }

  /** Applies a JSON Patch (RFC 6902) to the environment's objects of a kind. */
  patch(kind: Kind, operations: readonly JsonPatchOperation[]): void {
    assertUnlocked(this, this.node.path);
    this.changes.push({ kind, change: { patch: operations } });
  }
}

/** @throws InvalidValueError SG007 unless the number is absent or a whole number within the bounds. */
export function wholeNumber(value: number | undefined, least: number, most: number, what: string, path: string): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  refuse({
    code: 'SG007',
    name: 'invalid-number',
    path,
    message: `${what} is out of range`,
    given: shown(value),
    expected: `a whole number from ${least} to ${most}`,
    remedy: `choose ${what} within the range`,
  });
}
