import { Construct } from 'constructs';
import { hostCertificate, hostIngress } from '../compile/kubernetes/exposure';
import { LONGEST_LABEL, shortened } from '../compile/kubernetes/names';
import { urlPath } from '../service-stack';
import { refuse, shown } from '../values/diagnostic';
import { dnsLabel, hostName } from '../values/name';
import { isGuest, markGuest } from './guest';
import { Manifest } from './manifest';
import { chartScope, type Place, placeOf } from './place';
import { type ServiceTarget, serviceNames } from './service-target';

/** What a TlsIngress is told, wherever its certificate comes from. */
export interface CommonIngressProps {
  /** Full host name, `shop.example.com`. */
  readonly host: string;
  /** What answers, by the beginning of the URL path. */
  readonly routes: Readonly<Record<string, ServiceTarget>>;
  /** Name of the Ingress, a DNS label. @default the id */
  readonly name?: string;
  /** IngressClass. @default the cluster's default class */
  readonly class?: string;
  /** Further labels. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A host whose certificate comes from cert-manager, or lies in a secret. */
export type TlsIngressProps = CommonIngressProps &
  (
    | {
        /** ClusterIssuer of cert-manager that gives the certificate. */
        readonly issuer: string;
        readonly secret?: undefined;
      }
    | {
        /** TLS secret that exists in the namespace. */
        readonly secret: string;
        readonly issuer?: undefined;
      }
  );

/**
 * A host in somebody's own chart, with its routes and its certificate: an Ingress, and with `issuer` a Certificate. Routes lead to Workloads,
 * to Services of cdk8s-plus, or to Services that exist already.
 */
export class TlsIngress extends Construct {
  /** Whether a value is a TlsIngress, also of another loaded copy of the package. */
  static isTlsIngress(value: unknown): value is TlsIngress {
    return isGuest(value, 'tls-ingress');
  }

  /** Full host name that it serves. */
  readonly host: string;

  /**
   * @throws InvalidValueError SG001, SG003, SG016 for a name, host or path that does not fit; SG009 outside of a chart, and for a route that
   * leads to no Service within reach; SG079 without routes, and unless exactly one of `issuer` and `secret` is given.
   */
  constructor(scope: Construct, id: string, props: TlsIngressProps) {
    super(chartScope(scope, id), id);
    markGuest(this, 'tls-ingress');
    const place = placeOf(this);
    const { path } = place;
    this.host = hostName(props.host, path);
    const name = dnsLabel(props.name ?? id, 'the name of the ingress', path);
    if (props.class !== undefined) dnsLabel(props.class, 'the ingress class', path);
    const certificate = certificateOf(props, name, path);
    const common = {
      ...(place.namespace === undefined ? {} : { namespace: place.namespace }),
      labels: { ...props.labels, 'app.kubernetes.io/name': name },
      host: this.host,
    };
    if (certificate.issuer !== undefined) {
      new Manifest(this, 'Certificate', hostCertificate({ ...common, name: certificate.secret }, certificate.issuer));
    }
    const ingress = hostIngress({
      ...common,
      name,
      ...(props.class === undefined ? {} : { class: props.class }),
      secret: certificate.secret,
      routes: routesOf(props, place),
    });
    this.node.defaultChild = new Manifest(this, 'Ingress', ingress);
  }
}

function certificateOf(
  { issuer, secret }: TlsIngressProps,
  name: string,
  path: string,
): { readonly secret: string; readonly issuer?: string } {
  if ((issuer === undefined) === (secret === undefined)) {
    refuse({
      code: 'SG079',
      name: 'invalid-ingress',
      path,
      message: issuer === undefined ? 'nothing says where the certificate comes from' : 'the certificate comes from two places',
      given: shown({ issuer, secret }),
      expected: 'either issuer, a ClusterIssuer of cert-manager, or secret, a TLS secret in the namespace',
      remedy: issuer === undefined ? "add issuer: 'letsencrypt'" : 'drop one of the two',
    });
  }
  return issuer === undefined
    ? { secret: objectName(secret, 'the TLS secret', path) }
    : { secret: shortened(`${name}-tls`, LONGEST_LABEL), issuer: objectName(issuer, 'the issuer', path) };
}

function routesOf({ routes }: TlsIngressProps, place: Place) {
  const entries = Object.entries(routes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) {
    refuse({
      code: 'SG079',
      name: 'invalid-ingress',
      path: place.path,
      message: 'the host has no routes',
      given: shown(routes),
      expected: 'at least one path with what answers there',
      remedy: "add routes: { '/': workload }",
    });
  }
  return entries.map(([path, target]) => {
    urlPath(path, `the route ${shown(path)}`, place.path);
    return { path, ...serviceNames(target, place, `the route ${path}`) };
  });
}

/** @throws InvalidValueError SG001 unless the text is a DNS subdomain, as most objects are named. */
function objectName(name: string, what: string, path: string): string {
  if (typeof name === 'string' && name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name))
    return name;
  return refuse({
    code: 'SG001',
    name: 'invalid-name',
    path,
    message: `${what} has no name that Kubernetes takes`,
    given: shown(name),
    expected: 'lower case letters, digits, "-" and ".", at most 253 characters',
    remedy: 'correct the name',
  });
}
