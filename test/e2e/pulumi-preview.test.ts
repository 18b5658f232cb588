import { readPulumiPreview, type StackPreview, type StackStep } from '../../lib/report/pulumi-preview';
import { type Cluster, startApiServer } from './bed';
import { type Project, type Pulumi, type Stack, startPulumi } from './bed/pulumi';

interface Program {
  /** @default red */
  readonly colour?: string;
  /** Labels of the Namespace. @default {} */
  readonly labels?: string;
  /** @default none */
  readonly more?: string;
}

/** A few objects that are ready once they are there. */
const program = ({ colour = 'red', labels = '{}', more = '' }: Program = {}): string => `
const pulumi = require('@pulumi/pulumi');
const k8s = require('@pulumi/kubernetes');

const password = new pulumi.Config('shop').requireSecret('password');
const provider = new k8s.Provider('cluster', {});
const namespace = new k8s.core.v1.Namespace('shop', { metadata: { name: 'shop', labels: ${labels} } }, { provider });
const inside = { provider, dependsOn: namespace };
const metadata = (name) => ({ name, namespace: 'shop' });
new k8s.core.v1.ConfigMap('config', { metadata: metadata('config'), data: { 'colour.now': '${colour}' } }, inside);
new k8s.core.v1.Secret('token', { metadata: metadata('token'), stringData: { password } }, inside);
${more}
`;

const byName = (one: StackStep, other: StackStep): number => (one.name < other.name ? -1 : 1);

describe('what the engine prints of a preview', () => {
  let server: Cluster;
  let pulumi: Pulumi;
  let project: Project;
  let stack: Stack;

  beforeAll(async () => {
    server = await startApiServer();
    pulumi = startPulumi({ kubeconfig: server.kubeconfig });
    project = pulumi.project('shop', { 'index.js': program() });
    stack = await project.stack('dev', { secrets: { 'shop:password': 'correct horse' } });
  });
  afterAll(async () => {
    await pulumi?.stop();
    await server?.stop();
  });

  /** As the rendered workflow asks for it; sorted, as the engine looks at several resources at a time. */
  async function previewed(): Promise<{ readonly text: string; readonly preview: StackPreview }> {
    const { text } = await stack.preview({ args: ['--json', '--non-interactive'] });
    const preview = readPulumiPreview('acme/shop/dev', text);
    return { text, preview: preview.kind === 'previewed' ? { ...preview, steps: [...preview.steps].sort(byName) } : preview };
  }

  test('is read: what is created at first, without what is secret', async () => {
    const { text, preview } = await previewed();
    expect(preview).toEqual({
      kind: 'previewed',
      stack: 'acme/shop/dev',
      steps: [
        ['pulumi:providers:kubernetes', 'cluster'],
        ['kubernetes:core/v1:ConfigMap', 'config'],
        ['kubernetes:core/v1:Namespace', 'shop'],
        ['pulumi:pulumi:Stack', 'shop-dev'],
        ['kubernetes:core/v1:Secret', 'token'],
      ].map(([type, name]) => ({ action: 'create', type, name, fields: [] })),
      unchanged: 0,
      errors: [],
    });
    expect(text).not.toContain('correct horse');
  });

  test('is read: that nothing changes; then what is updated, replaced, created and deleted, field by field, and of a secret that it changes', async () => {
    const more = "new k8s.core.v1.ConfigMap('old', { metadata: metadata('old'), data: { kept: 'no' } }, inside);";
    project.write('index.js', program({ more }));
    expect(await stack.up()).toMatchObject({ code: 0 });
    expect((await previewed()).preview).toEqual({ kind: 'previewed', stack: 'acme/shop/dev', steps: [], unchanged: 6, errors: [] });

    await stack.secret('shop:password', 'battery staple');
    const next = "new k8s.core.v1.ConfigMap('new', { metadata: metadata('new'), data: { kept: 'no' } }, inside);";
    project.write('index.js', program({ colour: 'green', labels: "{ 'app.kubernetes.io/name': 'shop' }", more: next }));
    const { text, preview } = await previewed();
    expect(preview).toEqual({
      kind: 'previewed',
      stack: 'acme/shop/dev',
      steps: [
        {
          action: 'replace',
          type: 'kubernetes:core/v1:ConfigMap',
          name: 'config',
          fields: [{ path: 'data["colour.now"]', before: 'red', after: 'green' }],
        },
        { action: 'create', type: 'kubernetes:core/v1:ConfigMap', name: 'new', fields: [] },
        { action: 'delete', type: 'kubernetes:core/v1:ConfigMap', name: 'old', fields: [] },
        {
          action: 'update',
          type: 'kubernetes:core/v1:Namespace',
          name: 'shop',
          fields: [{ path: 'metadata.labels["app.kubernetes.io/name"]', after: 'shop' }],
        },
        { action: 'replace', type: 'kubernetes:core/v1:Secret', name: 'token', fields: [{ path: 'data.password', secret: true }] },
      ],
      unchanged: 2,
      errors: [],
    });
    expect(text).not.toMatch(/correct horse|battery staple/);
    expect(text).not.toContain(Buffer.from('battery staple').toString('base64'));
  });
});
