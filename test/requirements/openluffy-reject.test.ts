import { type Edit, findings, refused, rendered, textOf } from './program';
import { requirement } from './requirement';

const OPENLUFFY = '01-openluffy';

/** What OpenLuffy as it stands is warned of; no rule refuses anything in it. */
const STANDING = 'SG406';

/** One wrong edit is refused by this code with these values, as an error unless said otherwise; without the edit it is not. */
function refuses(code: string, edits: readonly Edit[], expected: readonly object[]): void {
  const found = findings(code, OPENLUFFY, edits);
  expect(found).toMatchObject(expected.map((one) => ({ severity: 'error', code, ...one })));
  expect(found).toHaveLength(expected.length);
  expect(refused(OPENLUFFY, []).filter(({ severity }) => severity === 'error')).toEqual([]);
  if (code !== STANDING) expect(findings(code, OPENLUFFY)).toEqual([]);
}

const importing = (name: string): Edit => ["  Tier,\n} from 'stagegate';", `  Tier,\n  ${name},\n} from 'stagegate';`];
const REFINED = 'backend.in(prod, { replicas: 3, strategy: Strategy.rolling({ maxUnavailable: 0 }) });';
const after = (statement: string): Edit => [REFINED, `${REFINED}\n${statement}`];
const PROD = "host: 'openluffy.local',";
const inProd = (property: string): Edit => [PROD, `${PROD}\n  ${property},`];

requirement('LUFFY-25', { by: ['SG111', 'SG102'] }, () => {
  const other = `ghcr.io/lebrick07/openluffy/backend@sha256:${'ee'.repeat(32)}`;
  const image = `backend.override(Kind.deployment, { spec: { template: { spec: { containers: [{ name: 'backend', image: '${other}' }] } } } }, { in: preprod });`;
  refuses(
    'SG111',
    [importing('Kind'), after(image)],
    [
      {
        name: 'promotion-rebuilds-image',
        path: 'openluffy/backend',
        message: 'backend runs an image in preprod that its release does not name',
        given: `container backend with image ${other}`,
        expected: 'the image of the release, ghcr.io/lebrick07/openluffy/backend by digest',
      },
    ],
  );
  const source: Edit = ["'preprod', { tier: Tier.staging,", "'preprod', { source: repository.branch('release'), tier: Tier.staging,"];
  refuses('SG102', [source], [{ name: 'production-bypasses-validation', path: 'openluffy/preprod' }]);
});

requirement('LUFFY-26', { by: ['SG002'] }, () => {
  for (const wrong of ['30', '-5s', '30 sec']) {
    refuses(
      'SG002',
      [["Gate.soak('30s')", `Gate.soak('${wrong}')`]],
      [
        {
          name: 'invalid-duration',
          path: 'openluffy/dev-to-preprod',
          given: `"${wrong}"`,
          expected: "a number followed by s, m, h or d, for instance '30s', '10m', '1h30m'",
        },
      ],
    );
  }
});

requirement('LUFFY-27', { by: ['SG110'] }, () => {
  refuses(
    'SG110',
    [['gates: [Gate.healthy(), Gate.soak(', 'gates: [Gate.soak(']],
    [
      {
        name: 'soak-without-health',
        path: 'openluffy/dev-to-preprod',
        given: 'gates soak with a soak of 30s in dev',
        expected: 'Gate.healthy() beside Gate.soak(…)',
      },
    ],
  );
});

requirement('LUFFY-33', { by: ['SG302'] }, () => {
  // Put together here, so that no scanner takes this file for a leak.
  const secret = ['ghp', '16C7e42F292c6912E7710c838347Ae178B4a'].join('_');
  const wrong = (place: string, path: string) => ({
    name: 'literal-secret',
    path,
    message: expect.stringContaining(place),
    expected: 'a reference to a secret store',
  });
  const values = `prod.override(Kind.application, { spec: { source: { helm: { valuesObject: { registry: { token: '${secret}' } } } } } });`;
  refuses(
    'SG302',
    [importing('Kind'), after(values)],
    [wrong('helm value registry.token of Application openluffy-prod', 'openluffy/prod')],
  );
  const parameter = `prod.override(Kind.application, { spec: { source: { helm: { parameters: [{ name: 'registry.token', value: '${secret}' }] } } } });`;
  refuses(
    'SG302',
    [importing('Kind'), after(parameter)],
    [wrong('helm parameter registry.token of Application openluffy-prod', 'openluffy/prod')],
  );
  const workflow: Edit = ["Check.run('validate', 'make test')", `Check.run('validate', 'REGISTRY_TOKEN=${secret} make test')`];
  expect(textOf(rendered(OPENLUFFY, [workflow]), 'repositories/lebrick07/openluffy/.github/workflows/validate.yaml')).toContain(secret);
  refuses('SG302', [workflow], [wrong('command of check validate', 'openluffy/openluffy/develop')]);
  for (const edits of [[importing('Kind'), after(values)], [importing('Kind'), after(parameter)], [workflow]])
    expect(JSON.stringify(refused(OPENLUFFY, edits))).not.toContain(secret);
});

requirement('LUFFY-40', { by: ['SG113'] }, () => {
  const edits = [importing('Kind'), after("prod.override(Kind.application, { spec: { source: { targetRevision: 'main' } } });")];
  refuses('SG113', edits, [
    {
      name: 'self-triggering-workflow',
      path: 'openluffy/prod',
      message: expect.stringMatching(/^prod follows main, and every commit there starts Release/),
      given: 'Application openluffy-prod with targetRevision: main',
      expected: 'targetRevision: refs/heads/env/prod',
    },
  ]);
});

requirement('LUFFY-43', { by: ['SG103'] }, () => {
  const gate: Edit = [", Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })", ", Gate.manual({ at: 'sync' })"];
  refuses(
    'SG103',
    [gate, ['sync: Sync.manual()', 'sync: Sync.automatic()']],
    [
      {
        name: 'decorative-gate',
        path: 'openluffy/preprod-to-prod',
        given: "Gate.manual({ at: 'sync' }) and sync: Sync.automatic() in prod",
        expected: 'sync: Sync.manual() in prod',
      },
    ],
  );
  const automated = after('prod.override(Kind.application, { spec: { syncPolicy: { automated: {} } } });');
  refuses(
    'SG103',
    [gate, importing('Kind'), automated],
    [
      {
        name: 'decorative-gate',
        path: 'openluffy/prod',
        message: 'Application openluffy-prod syncs by itself, so that nobody is asked before prod runs a release',
        given: 'sync: Sync.manual(), and Application openluffy-prod with syncPolicy.automated',
      },
    ],
  );
});

requirement('LUFFY-44', { by: ['SG103'] }, () => {
  const healing = after('prod.override(Kind.application, { spec: { syncPolicy: { automated: { enabled: false, selfHeal: true } } } });');
  refuses(
    'SG103',
    [importing('Kind'), healing],
    [
      {
        path: 'openluffy/prod',
        message: 'self-heal-needs-automated-sync: prod is synced by a person, and Application openluffy-prod heals itself',
        given: 'sync: Sync.manual(), and Application openluffy-prod with automated.selfHeal: true',
      },
    ],
  );
});

requirement('LUFFY-51', { by: ['SG102'] }, () => {
  refuses(
    'SG102',
    [['  from: preprod,\n  to: prod,', '  from: dev,\n  to: prod,']],
    [
      {
        name: 'production-bypasses-validation',
        path: 'openluffy/preprod-to-prod',
        message: 'releases enter prod from dev and bypass preprod',
        given: 'from: dev, an environment of tier development',
        expected: 'from: preprod',
      },
    ],
  );
  const pushed: Edit = [
    "new PromotionPolicy(platform, 'preprod-to-prod', {\n  from: preprod,\n  to: prod,",
    "new PromotionPolicy(platform, 'preprod-to-dev', {\n  from: preprod,\n  to: dev,",
  ];
  expect(findings('SG102', OPENLUFFY, [pushed, inProd("source: repository.branch('main')")])).toContainEqual(
    expect.objectContaining({ severity: 'error', path: 'openluffy/prod' }),
  );
});

requirement('LUFFY-54', { by: ['SG406'] }, () => {
  refuses(
    'SG406',
    [
      ["{ team: 'engineers' }", "{ people: ['admin'] }"],
      ['Sync.manual()', "Sync.manual({ group: 'release-engineers' })"],
    ],
    [
      {
        name: 'shared-account-approval',
        path: 'openluffy/preprod-to-prod',
        message: 'admin is an account that people share, and cannot approve',
        given: 'gate approvals with admin among the approvers',
      },
    ],
  );
  refuses(
    'SG406',
    [['Sync.manual()', "Sync.manual({ group: 'admin' })"]],
    [
      {
        name: 'shared-account-approval',
        path: 'openluffy/prod',
        message: 'admin is an account that people share, and may sync prod',
        given: 'group admin with the right to sync Application openluffy-prod',
      },
    ],
  );
  expect(findings('SG406', OPENLUFFY)).toMatchObject([
    {
      severity: 'warning',
      path: 'openluffy/prod',
      message: 'nobody but the administrators of Argo CD may sync prod, often one shared account',
    },
  ]);
  expect(findings('SG406', OPENLUFFY, [['Sync.manual()', "Sync.manual({ group: 'release-engineers' })"]])).toEqual([]);
});

requirement('LUFFY-64', { by: ['SG112'] }, () => {
  refuses(
    'SG112',
    [inProd('revisionHistory: 0')],
    [
      {
        name: 'no-rollback-history',
        path: 'openluffy/prod',
        given: 'Application openluffy-prod with revisionHistoryLimit: 0',
        expected: 'revisionHistoryLimit of at least 1',
      },
    ],
  );
});

requirement('LUFFY-69', { by: ['SG304'] }, () => {
  refuses(
    'SG304',
    [["url: 'https://argocd.local'", "url: 'http://argocd.local'"]],
    [
      {
        name: 'insecure-endpoint',
        message: 'plaintext-endpoint: credentials for Argo CD are entered at an address without TLS',
        given: 'http://argocd.local',
        expected: 'https://argocd.local',
      },
    ],
  );
  const off = [importing('Tls'), inProd('tls: Tls.off()')];
  refuses('SG304', off, [
    {
      severity: 'warning',
      path: 'openluffy/prod',
      message: 'plaintext-endpoint: prod is served without TLS',
      given: 'http://openluffy.local',
      expected: 'https://openluffy.local',
    },
  ]);
  const inPublic: readonly Edit[] = [
    importing('Tls'),
    ["domain: 'openluffy.local'", "domain: 'openluffy.example'"],
    [PROD, "host: 'openluffy.example',\n  tls: Tls.off(),"],
  ];
  refuses('SG304', inPublic, [{ path: 'openluffy/prod', given: 'http://openluffy.example', expected: 'https://openluffy.example' }]);
});

requirement('LUFFY-70', { by: ['SG304'] }, () => {
  refuses(
    'SG304',
    [importing('Tls'), inProd("tls: Tls.issuer('letsencrypt')")],
    [
      {
        path: 'openluffy/prod',
        message: 'issuer-cannot-serve-host: no public issuer gives a certificate for openluffy.local',
        given: 'issuer letsencrypt for openluffy.local',
      },
    ],
  );
});
