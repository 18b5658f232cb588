import type { DesiredState } from '../desired/desired-state';
import type { EnvironmentModel, PlatformModel } from '../model/platform-model';
import { slotsIn } from '../values/slot';
import { isKind, presentEnvironments, textAt, tryDesiredEnvironment } from './environments';
import { routesOf } from './routes';
import type { Rule, RuleFinding } from './rule';

/** An address that is not what it should be: plain, with the wrong certificate, or somebody else's. */
export const insecureEndpoint: Rule = {
  code: 'SG304',
  name: 'insecure-endpoint',
  severity: 'error',
  explain: {
    title: 'an address without the protection that its use needs',
    refuses:
      'plaintext-endpoint: Argo CD, or Coolify, at an http address, where credentials are entered, and a production host without TLS (a warning below `.local`, which only the internal network serves), or any public host without TLS; issuer-cannot-serve-host: a public certificate issuer for a host under `.local`, or the staging issuer in production; a host outside the domain of the platform.',
    why: 'Whoever is on the way reads what goes over plain HTTP. A certificate that no browser trusts teaches people to click warnings away, and one that the issuer cannot give never comes.',
    example: "const cluster = Cluster.argoCd('in-cluster', { url: 'http://argocd.local' });",
    remedy: 'Serve https; name an issuer that can vouch for the host; keep hosts under the domain of the platform.',
  },
  check: ({ model, desired }) => [
    ...consoles(model),
    ...presentEnvironments(model).flatMap((environment) => [
      ...plainHosts(model, desired, environment),
      ...issuers(desired, environment),
      ...foreignHosts(model, desired, environment),
    ]),
  ],
};

function consoles(model: PlatformModel): RuleFinding[] {
  const finding = (path: string, what: string, url: string): RuleFinding => ({
    path,
    message: `plaintext-endpoint: credentials for ${what} are entered at an address without TLS`,
    given: url,
    expected: url.replace(/^http:/i, 'https:'),
    remedy: `serve ${what} with TLS, with a certificate of an internal issuer where it is internal`,
  });
  const clusters = model.clusters
    .filter(({ url }) => isPlain(url))
    .map((cluster) => {
      const user = model.environments.find(({ target }) => target.kind === 'kubernetes' && target.cluster === cluster.name);
      return finding(user?.path ?? model.name, 'Argo CD', cluster.url);
    });
  const servers = new Map(
    presentEnvironments(model).flatMap(({ target, path }) =>
      target.kind === 'coolify' && isPlain(target.url) ? [[target.url, path] as const] : [],
    ),
  );
  return [...clusters, ...[...servers].map(([url, path]) => finding(path, 'Coolify', url))];
}

function isPlain(url: string): boolean {
  return /^http:/i.test(url);
}

function isInternal(host: string): boolean {
  return /(?:^|\.)(?:local|internal|localhost|test)$/.test(host);
}

function plainHosts(model: PlatformModel, desired: DesiredState, environment: EnvironmentModel): RuleFinding[] {
  const { name, path, tier } = environment;
  const hosts = new Set(
    routesOf(model, desired, environment)
      .filter(({ tls }) => tls === undefined)
      .map(({ host }) => host),
  );
  // Without a route nothing answers yet; the declaration of production is judged all the same.
  if (tier === 'production' && environment.tls.kind === 'off') hosts.add(environment.host);
  return [...hosts].flatMap((host): RuleFinding[] => {
    const internal = isInternal(host);
    if (internal && tier !== 'production') return [];
    return [
      {
        path,
        ...(internal ? { severity: 'warning' as const } : {}),
        message: `plaintext-endpoint: ${name} is served without TLS`,
        given: `http://${host}`,
        expected: `https://${host}`,
        remedy: internal
          ? `leave tls out, or name an internal issuer: tls: Tls.issuer('internal')`
          : `leave tls out, or name an issuer: tls: Tls.issuer('letsencrypt')`,
      },
    ];
  });
}

/** Issuers that the environment uses: as declared, or as the compiled certificates say. */
function issuersOf(desired: DesiredState, environment: EnvironmentModel): { readonly issuer: string; readonly hosts: readonly string[] }[] {
  const compiled = tryDesiredEnvironment(desired, environment.name);
  const certificates = (compiled?.services ?? []).flatMap((service) =>
    service.objects.filter((object) => isKind(object, 'cert-manager.io', 'Certificate')),
  );
  if (certificates.length > 0) {
    return certificates.map((certificate) => ({
      issuer: textAt(certificate, 'spec', 'issuerRef', 'name') ?? '',
      hosts: ((certificate.spec as { readonly dnsNames?: readonly string[] } | undefined)?.dnsNames ?? []).map(String),
    }));
  }
  return environment.tls.kind === 'issuer' ? [{ issuer: environment.tls.issuer, hosts: [environment.host] }] : [];
}

function issuers(desired: DesiredState, environment: EnvironmentModel): RuleFinding[] {
  const { name, path, tier } = environment;
  return issuersOf(desired, environment).flatMap(({ issuer, hosts }): RuleFinding[] => {
    const internal = hosts.find((host) => /(?:^|\.)local$/.test(host));
    if (internal !== undefined && isPublicIssuer(issuer)) {
      return [
        {
          path,
          message: `issuer-cannot-serve-host: no public issuer gives a certificate for ${internal}`,
          given: `issuer ${issuer} for ${internal}`,
          expected: 'an internal issuer, or a host under a domain that is yours in public',
          remedy: `leave tls out, or name an internal issuer: tls: Tls.issuer('internal')`,
        },
      ];
    }
    if (tier === 'production' && isStagingIssuer(issuer)) {
      return [
        {
          path,
          message: `issuer-cannot-serve-host: certificates of the staging issuer are trusted by no browser, and ${name} is production`,
          given: `issuer ${issuer} for ${hosts.join(', ')}`,
          expected: 'an issuer whose certificates are trusted',
          remedy: 'leave tls out, or name the public issuer',
        },
      ];
    }
    return [];
  });
}

/** By the names under which cert-manager's documentation, and this platform's defaults, declare public issuers. */
function isPublicIssuer(issuer: string): boolean {
  return /letsencrypt|lets-encrypt|\bacme\b|zerossl|buypass|google-trust|digicert|sectigo/i.test(issuer);
}

function isStagingIssuer(issuer: string): boolean {
  return /staging|(?:^|-)test(?:$|-)|self-?signed/i.test(issuer);
}

function foreignHosts(model: PlatformModel, desired: DesiredState, environment: EnvironmentModel): RuleFinding[] {
  const hosts = new Set([environment.host, ...routesOf(model, desired, environment).map(({ host }) => host)]);
  return [...hosts]
    .filter((host) => slotsIn(host).length === 0 && host !== model.domain && !host.endsWith(`.${model.domain}`))
    .map((host) => ({
      path: environment.path,
      message: `${environment.name} has a host outside the domain of the platform`,
      given: host,
      expected: `${model.domain}, or a host below it`,
      remedy: `name a host below ${model.domain}, or fill it in with Slot.host(…)`,
    }));
}
