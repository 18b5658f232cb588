import { Kind, Slot, Tls } from 'stagegate';
import { insecureEndpoint } from '../../lib/rules/sg304-insecure-endpoint';
import type { Program } from '../generated/platform-generator';
import { environment, found, SHOP } from './shop';

const local = { ...SHOP, domain: 'shop.local' };
const inLocal = (name: string, change: Parameters<typeof environment>[1]) => ({ ...environment(name, change), domain: 'shop.local' });

test('hosts with the issuers that follow from tier and domain pass', () => {
  expect(found(insecureEndpoint)).toEqual([]);
  expect(found(insecureEndpoint, { plan: local })).toEqual([]);
});

test('Argo CD at an http address is refused, since credentials are entered there', () => {
  expect(found(insecureEndpoint, { plan: { ...local, argoCd: 'http://argocd.local' } })).toEqual([
    {
      path: 'shop/dev',
      message: 'plaintext-endpoint: credentials for Argo CD are entered at an address without TLS',
      given: 'http://argocd.local',
      expected: 'https://argocd.local',
      remedy: 'serve Argo CD with TLS, with a certificate of an internal issuer where it is internal',
    },
  ]);
});

test('a production without TLS is refused, and warned of where only the internal network sees it', () => {
  const finding = { path: 'shop/prod', message: 'plaintext-endpoint: prod is served without TLS' };
  expect(found(insecureEndpoint, { plan: environment('prod', { props: { tls: Tls.off() } }) })).toEqual([
    {
      ...finding,
      given: 'http://prod.shop.example.com',
      expected: 'https://prod.shop.example.com',
      remedy: "leave tls out, or name an issuer: tls: Tls.issuer('letsencrypt')",
    },
  ]);
  expect(found(insecureEndpoint, { plan: inLocal('prod', { props: { tls: Tls.off() } }) })).toEqual([
    {
      ...finding,
      severity: 'warning',
      given: 'http://prod.shop.local',
      expected: 'https://prod.shop.local',
      remedy: "leave tls out, or name an internal issuer: tls: Tls.issuer('internal')",
    },
  ]);
});

test('below production, TLS may be off for internal hosts alone', () => {
  expect(found(insecureEndpoint, { plan: inLocal('dev', { props: { tls: Tls.off() } }) })).toEqual([]);
  expect(found(insecureEndpoint, { plan: environment('dev', { props: { tls: Tls.off() } }) })).toMatchObject([
    { path: 'shop/dev', given: 'http://dev.shop.example.com' },
  ]);
});

test('an override that takes TLS off a route is seen', () => {
  const program = ({ services, environments }: Program) =>
    services.get('web')?.patch(Kind.ingress, [{ op: 'remove', path: '/spec/tls' }], { in: environments.get('prod') });
  expect(found(insecureEndpoint, { program })).toMatchObject([
    { path: 'shop/prod', message: 'plaintext-endpoint: prod is served without TLS' },
  ]);
});

test('a public issuer for a host under .local is refused', () => {
  expect(found(insecureEndpoint, { plan: inLocal('prod', { props: { tls: Tls.issuer('letsencrypt') } }) })).toEqual([
    {
      path: 'shop/prod',
      message: 'issuer-cannot-serve-host: no public issuer gives a certificate for prod.shop.local',
      given: 'issuer letsencrypt for prod.shop.local',
      expected: 'an internal issuer, or a host under a domain that is yours in public',
      remedy: "leave tls out, or name an internal issuer: tls: Tls.issuer('internal')",
    },
  ]);
});

test('the staging issuer passes in development and is refused in production', () => {
  expect(found(insecureEndpoint, { plan: environment('dev', { props: { tls: Tls.issuer('letsencrypt-staging') } }) })).toEqual([]);
  expect(found(insecureEndpoint, { plan: environment('prod', { props: { tls: Tls.issuer('letsencrypt-staging') } }) })).toMatchObject([
    {
      path: 'shop/prod',
      message: 'issuer-cannot-serve-host: certificates of the staging issuer are trusted by no browser, and prod is production',
      given: 'issuer letsencrypt-staging for prod.shop.example.com',
    },
  ]);
});

test('a certificate of one’s own passes', () => {
  expect(found(insecureEndpoint, { plan: environment('prod', { props: { tls: Tls.secret('wildcard') } }) })).toEqual([]);
});

test('a host outside the domain is refused, the domain itself and a slot pass', () => {
  expect(found(insecureEndpoint, { plan: environment('prod', { props: { host: 'shop.elsewhere.org' } }) })).toEqual([
    {
      path: 'shop/prod',
      message: 'prod has a host outside the domain of the platform',
      given: 'shop.elsewhere.org',
      expected: 'shop.example.com, or a host below it',
      remedy: 'name a host below shop.example.com, or fill it in with Slot.host(…)',
    },
  ]);
  expect(found(insecureEndpoint, { plan: environment('prod', { props: { host: 'notshop.example.com' } }) })).toHaveLength(1);
  expect(found(insecureEndpoint, { plan: environment('prod', { props: { host: 'shop.example.com' } }) })).toEqual([]);
  expect(found(insecureEndpoint, { plan: environment('prod', { props: { host: Slot.host('prod-host') } }) })).toEqual([]);
});
