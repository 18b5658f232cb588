import { type IConstruct, RootConstruct } from 'constructs';
import { assertUnlocked, isNoun, markNoun } from './noun';
import { refuse, shown } from './values/diagnostic';
import { dnsLabel, hostName, httpUrl } from './values/name';
import type { Tier } from './values/tier';
import type { Resources, Strategy } from './values/workload';

/** What holds for every service of a tier unless the environment, the service or its refinement says otherwise. */
export interface TierProfile {
  /** Pods of a service. @default 1 in development, 2 elsewhere */
  readonly replicas?: number;
  /** CPU and memory that are reserved. @default `50m` and `64Mi` in development, `100m` and `128Mi` elsewhere */
  readonly requests?: Resources;
  /** CPU and memory that may be used. @default `500m` and `256Mi` in development, `1` and `256Mi` elsewhere */
  readonly limits?: Resources;
  /** How new pods replace old ones. @default rolling, one at a time, none missing */
  readonly strategy?: Strategy;
  /** Environment variables of every service. @default none */
  readonly settings?: Readonly<Record<string, string>>;
  /** Verbosity that services get as `LOG_LEVEL`. @default `debug` in development, `info` elsewhere */
  readonly logLevel?: 'debug' | 'info';
}

/** A GitHub App by its slug and numeric id. */
export interface GitHubApp {
  /** Slug of the app. */
  readonly slug: string;
  /** Numeric id of the app; filled from a slot when absent. @default the slot `app/delivery` or `app/intake` */
  readonly id?: number;
}

export interface PlatformProps {
  /** Registry and path under which images live, for instance `ghcr.io/acme`. */
  readonly registry: string;
  /** Base domain of all hosts, for instance `acme.example.com`. */
  readonly domain: string;
  /** Address of the metrics server. @default none */
  readonly metrics?: string;
  /**
   * The controller that serves Ingresses: the namespace that it runs in, which network policies admit, and its IngressClass.
   * @default namespace `ingress`, the cluster's default class
   */
  readonly ingress?: { readonly namespace?: string; readonly class?: string };
  /** The file of this program in the delivery repository. @default 'platform.ts' */
  readonly program?: string;
  /** The lock file of this program in the delivery repository. @default 'package-lock.json' */
  readonly lockFile?: string;
  /** The GitHub Apps that deliver and take releases in. @default apps `stagegate` and `stagegate-intake`, their ids slots */
  readonly apps?: { readonly delivery?: GitHubApp; readonly intake?: GitHubApp };
  /** cert-manager ClusterIssuers. @default `letsencrypt`, `letsencrypt-staging` for development, `internal` for hosts under `.local` */
  readonly issuers?: { readonly public?: string; readonly staging?: string; readonly internal?: string };
  /** Defaults per tier, over the built-in ones. @default none */
  readonly profiles?: Partial<Readonly<Record<Tier, TierProfile>>>;
}

/** A finding that the program accepts. */
export interface Suppression {
  readonly code: string;
  readonly path?: string;
  readonly reason: string;
}

/** The root of everything that is declared: `new Platform('shop', { registry: 'ghcr.io/acme', domain: 'acme.example.com' })`. */
export class Platform extends RootConstruct {
  /** Whether a value is a Platform, also of another loaded copy of the package. */
  static isPlatform(value: unknown): value is Platform {
    return isNoun(value, 'platform');
  }

  /**
   * The platform that a construct belongs to.
   *
   * @throws InvalidValueError SG009 when its root is no Platform.
   */
  static of(construct: IConstruct): Platform {
    const root = construct.node.root;
    if (Platform.isPlatform(root)) return root;
    refuse({
      code: 'SG009',
      name: 'foreign-reference',
      path: construct.node.path,
      message: 'the construct belongs to no platform',
      given: `a tree whose root is ${shown(root.node.id)}`,
      expected: 'a Platform at the root',
      remedy: 'declare the construct with a Platform, or one of its constructs, as scope',
    });
  }

  readonly platformName: string;
  readonly props: PlatformProps;
  private readonly accepted: Suppression[] = [];

  constructor(id: string, props: PlatformProps) {
    super(id);
    markNoun(this, 'platform');
    this.platformName = dnsLabel(id, 'the name of the platform', String(id), 40);
    hostName(props.domain, id);
    if (props.metrics !== undefined) httpUrl(props.metrics, 'the metrics server', id);
    if (props.ingress?.namespace !== undefined) dnsLabel(props.ingress.namespace, 'the namespace of the ingress controller', id);
    if (props.ingress?.class !== undefined) dnsLabel(props.ingress.class, 'the ingress class', id);
    if (!/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/.test(props.registry)) {
      refuse({
        code: 'SG010',
        name: 'invalid-image',
        path: id,
        message: 'the registry is no image prefix',
        given: shown(props.registry),
        expected: "a host and an optional path, for instance 'ghcr.io/acme'",
        remedy: 'write the registry without scheme and without a trailing slash',
      });
    }
    this.props = props;
  }

  /** Findings that this program accepts, in order of declaration. */
  get suppressions(): readonly Suppression[] {
    return [...this.accepted];
  }

  /**
   * Accepts a finding, which stays listed with the reason.
   *
   * @throws InvalidValueError SG011 when the reason is empty.
   */
  suppress(code: string, props: { readonly path?: string; readonly reason: string }): void {
    assertUnlocked(this, this.node.path);
    if (!/^SG\d{3}$/.test(code) || props.reason.trim() === '') {
      refuse({
        code: 'SG011',
        name: 'invalid-suppression',
        path: this.node.path,
        message: 'a suppression names a code and a reason',
        given: shown({ code, reason: props.reason }),
        expected: "a code such as 'SG306' and a reason that a reviewer can judge",
        remedy: 'write down why the finding is acceptable',
      });
    }
    this.accepted.push({ code, ...props });
  }
}
