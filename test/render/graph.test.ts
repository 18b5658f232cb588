import type { DesiredDelivery } from '../../lib/desired/desired-state';
import { gateText, promotionGraph } from '../../lib/render/graph';
import { graphDot } from '../../lib/render/graph-dot';
import { graphMermaid } from '../../lib/render/graph-mermaid';
import { graphSvg } from '../../lib/render/graph-svg';
import { graphText } from '../../lib/render/graph-text';

type Environment = DesiredDelivery['environments'][number];

const environment = (name: string, more: Partial<Environment> = {}): Environment => ({
  name,
  tier: 'staging',
  lifecycle: 'active',
  branch: `env/${name}`,
  sync: 'automatic',
  host: `${name}.example.com`,
  health: { mode: 'polled', timeoutSeconds: 600 },
  admit: 'always',
  imageTag: { prefix: '', length: 7 },
  targetSeconds: 180,
  ...more,
});

const edge = (from: string, to: string, more: Partial<DesiredDelivery['edges'][number]> = {}): DesiredDelivery['edges'][number] => ({
  policy: `${from}-to-${to}`,
  from,
  to,
  gates: [],
  select: 'newest',
  lanes: [],
  ...more,
});

const delivery = (environments: readonly Environment[], edges: DesiredDelivery['edges']) =>
  ({ environments, edges }) as unknown as DesiredDelivery;

const source = { kind: 'branch', repository: 'acme/shop', pattern: 'develop' } as const;
const line = promotionGraph(
  'shop',
  delivery(
    [environment('prod', { tier: 'production', sync: 'manual' }), environment('dev', { tier: 'development', source })],
    [
      edge('dev', 'prod', {
        on: { kind: 'tags', repository: 'acme/shop', pattern: 'v*' },
        gates: [
          { id: 'healthy', kind: 'healthy' },
          { id: 'soak', kind: 'soak', seconds: 90 },
        ],
      }),
    ],
  ),
);

test('the graph as text lists each node before those that it leads to, with what each way asks', () => {
  expect(graphText(line).split('\n')).toEqual([
    'develop    branch of acme/shop',
    '  └▶ dev   a push makes a release',
    'dev        development, dev.example.com, syncs by itself',
    '  └▶ prod  dev-to-prod: tagged v* · healthy · soak 1m30s',
    'prod       production, prod.example.com, a person syncs',
  ]);
});

test('every gate has words, and groups of approvers are named', () => {
  expect(
    gateText({
      id: 'a',
      kind: 'approvals',
      total: 2,
      distinct: true,
      including: [
        { team: 'ops', count: 1 },
        { people: ['mia', 'zoe'], count: 1 },
      ],
    }),
  ).toBe('2 approvals, 1 of ops, 1 of mia or zoe');
  expect(gateText({ id: 'v', kind: 'verified', suite: 'smoke' })).toBe('verified by smoke');
  expect(gateText({ id: 'c', kind: 'check', check: 'scan', app: 'scanner' })).toBe('check scan');
  expect(gateText({ id: 'm', kind: 'manual', at: 'promotion' })).toBe('a person asks for it at promotion');
});

test('a graph with two ways and one with a circle list every node once', () => {
  const fork = promotionGraph('shop', delivery([environment('a'), environment('b'), environment('c')], [edge('c', 'a'), edge('c', 'b')]));
  expect(fork.nodes.map(({ name }) => name)).toEqual(['c', 'a', 'b']);
  const circle = promotionGraph('shop', delivery([environment('a'), environment('b')], [edge('a', 'b'), edge('b', 'a')]));
  expect(circle.nodes.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(graphSvg(circle)).toContain('</svg>');
});

const hostile = promotionGraph(
  'a"<b>&c',
  delivery([environment('dev', { host: 'x"|<script>&#\\' }), environment('prod')], [edge('dev', 'prod', { policy: 'p"|<i>' })]),
);

test('Mermaid gets nothing that it reads as syntax', () => {
  const text = graphMermaid(hostile);
  expect(text).toContain('x#quot;#124;#lt;script#gt;#amp;#35;');
  for (const label of text.matchAll(/"([^"]*)"/g)) expect(label[1]?.replaceAll('<br/>', '')).not.toMatch(/[<>|&]/);
  expect((text.match(/"/g) ?? []).length % 2).toBe(0);
});

test('Mermaid draws the ways between what it has drawn', () => {
  expect(graphMermaid(line).split('\n')).toEqual([
    'flowchart LR',
    '  n0(["develop<br/>acme/shop"])',
    '  n1["dev<br/>development<br/>dev.example.com<br/>syncs by itself"]',
    '  n2[["prod<br/>production<br/>prod.example.com<br/>a person syncs"]]',
    '  n0 -->|"a push makes a release"| n1',
    '  n1 -->|"dev-to-prod<br/>tagged v*<br/>healthy<br/>soak 1m30s"| n2',
    '',
  ]);
});

test('Graphviz gets quotes and backslashes escaped', () => {
  expect(graphDot(hostile)).toContain('x\\"|<script>&#\\\\');
  expect(graphDot(line)).toContain('"dev" -> "prod" [label="dev-to-prod\\ntagged v*\\nhealthy\\nsoak 1m30s"];');
});

test('the picture holds every text escaped, inside its bounds, for light and dark, without script or outside resource', () => {
  const svg = graphSvg(hostile);
  expect(svg).toContain('x&quot;|&lt;script&gt;&amp;#\\');
  expect(svg).not.toContain('<script');
  expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|url\((?!#)/);
  expect(svg).toContain('prefers-color-scheme: dark');
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  for (const [, x, y, w, h] of svg.matchAll(
    /<rect class="(?:node|label)[^"]*" x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"/g,
  )) {
    expect(Number(x)).toBeGreaterThanOrEqual(0);
    expect(Number(y)).toBeGreaterThanOrEqual(0);
    expect(Number(x) + Number(w)).toBeLessThanOrEqual(Number(width));
    expect(Number(y) + Number(h)).toBeLessThanOrEqual(Number(height));
  }
});

test('boxes of the picture do not overlap, and each is as wide as its longest text', () => {
  const svg = graphSvg(line);
  const boxes = [...svg.matchAll(/<rect class="(?:node|label)[^"]*" x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(
    (match) => match.slice(1).map(Number) as [number, number, number, number],
  );
  expect(boxes).toHaveLength(5);
  for (const [index, [x, y, w, h]] of boxes.entries()) {
    for (const [x2, y2, w2, h2] of boxes.slice(index + 1)) expect(x + w <= x2 || x2 + w2 <= x || y + h <= y2 || y2 + h2 <= y).toBe(true);
  }
  expect(Math.max(...boxes.map(([, , w]) => w))).toBeGreaterThanOrEqual('branch of acme/shop'.length * 7);
});

test('the same graph gives the same bytes', () => {
  const first = graphSvg(line);
  graphSvg(hostile);
  expect(graphSvg(line)).toBe(first);
});
