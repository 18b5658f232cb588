import { Graph, layout } from '@dagrejs/dagre';
import type { GraphEdge, GraphNode, PromotionGraph } from './graph';

const FONT_SIZE = 13;
const LINE_HEIGHT = 18;
/** Width of a character, in font sizes: texts are set in a monospaced font, so that what is laid out fits in every browser. */
const CHARACTER = 0.605;
const PADDING = 12;

/** The graph as one SVG file: laid out from left to right, readable on light and dark ground, without script or outside resource. */
export function graphSvg(graph: PromotionGraph): string {
  const laid = new Graph({ multigraph: true });
  laid.setGraph({ rankdir: 'LR', nodesep: 40, ranksep: 50, edgesep: 30, marginx: 16, marginy: 16 });
  for (const node of graph.nodes) laid.setNode(node.id, sizeOf(nodeLines(node), PADDING));
  graph.edges.forEach((edge, index) => {
    laid.setEdge(edge.from, edge.to, { ...sizeOf(edgeLines(edge), 6), labelpos: 'c' }, String(index));
  });
  layout(laid);
  const { width = 0, height = 0 } = laid.graph() as { readonly width?: number; readonly height?: number };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" viewBox="0 0 ${at(width)} ${at(height)}" width="${at(width)}" height="${at(height)}">`,
    `<title id="title">How releases of ${escaped(graph.platform)} move between environments</title>`,
    STYLE,
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="head" d="M0 0L10 5L0 10z"/></marker></defs>',
    ...graph.edges.map((edge, index) => edgeShape(edge, laid.edge(edge.from, edge.to, String(index)) as LaidEdge)),
    ...graph.nodes.map((node) => nodeShape(node, laid.node(node.id) as Box)),
    '</svg>',
    '',
  ].join('\n');
}

const STYLE = `<style>
svg { --ground: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #818b98; --box: #f6f8fa; --production: #0969da; }
@media (prefers-color-scheme: dark) { svg { --ground: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --line: #656c76; --box: #151b23; --production: #4493f8; } }
.ground { fill: var(--ground); }
text { font: ${FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; fill: var(--faint); text-anchor: middle; dominant-baseline: central; }
text.name { fill: var(--ink); font-weight: 600; }
.node { fill: var(--box); stroke: var(--line); }
.production { stroke: var(--production); stroke-width: 2; }
.edge { fill: none; stroke: var(--line); }
.head { fill: var(--line); }
.label { fill: var(--ground); }
</style>
<rect class="ground" width="100%" height="100%"/>`;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface LaidEdge extends Box {
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

function nodeLines(node: GraphNode): readonly string[] {
  return node.kind === 'ref'
    ? [node.name, `${node.isTag ? 'tags' : 'branch'} of ${node.repository}`]
    : [node.name, node.tier, ...node.details];
}

function edgeLines({ policy, conditions }: GraphEdge): readonly string[] {
  return [...(policy === undefined ? [] : [policy]), ...conditions];
}

function sizeOf(lines: readonly string[], padding: number): { readonly width: number; readonly height: number } {
  const longest = Math.max(1, ...lines.map((line) => [...line].length));
  return { width: Math.ceil(longest * FONT_SIZE * CHARACTER) + 2 * padding, height: lines.length * LINE_HEIGHT + 2 * padding };
}

function nodeShape(node: GraphNode, box: Box): string {
  const classes = node.kind === 'environment' && node.tier === 'production' ? 'node production' : 'node';
  const radius = node.kind === 'ref' ? box.height / 2 : 6;
  return `<g><rect class="${classes}" x="${at(box.x - box.width / 2)}" y="${at(box.y - box.height / 2)}" width="${at(box.width)}" height="${at(box.height)}" rx="${at(radius)}"/>${texts(nodeLines(node), box)}</g>`;
}

function edgeShape(edge: GraphEdge, laid: LaidEdge): string {
  const path = laid.points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('');
  const lines = edgeLines(edge);
  const ground = `<rect class="label" x="${at(laid.x - laid.width / 2)}" y="${at(laid.y - laid.height / 2)}" width="${at(laid.width)}" height="${at(laid.height)}"/>`;
  return `<g><path class="edge" d="${path}" marker-end="url(#arrow)"/>${ground}${texts(lines, laid, edge.policy !== undefined)}</g>`;
}

function texts(lines: readonly string[], { x, y }: Box, hasName = true): string {
  const first = y - ((lines.length - 1) * LINE_HEIGHT) / 2;
  return lines
    .map(
      (line, index) =>
        `<text${index === 0 && hasName ? ' class="name"' : ''} x="${at(x)}" y="${at(first + index * LINE_HEIGHT)}">${escaped(line)}</text>`,
    )
    .join('');
}

/** A length with at most one digit after the point, so that files differ only where the graph does. */
function at(length: number): string {
  return String(Math.round(length * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
