import type { GraphNode, PromotionGraph } from './graph';

/** The graph in Graphviz's language. */
export function graphDot(graph: PromotionGraph): string {
  return [
    `digraph ${quoted([graph.platform])} {`,
    '  rankdir=LR;',
    '  node [fontname="sans-serif", shape=box, style=rounded];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...graph.nodes.map(
      (node) =>
        `  ${quoted([node.id])} [label=${quoted(labelOf(node))}${node.kind === 'ref' ? ', shape=ellipse' : node.tier === 'production' ? ', penwidth=2' : ''}];`,
    ),
    ...graph.edges.map(
      ({ from, to, policy, conditions }) =>
        `  ${quoted([from])} -> ${quoted([to])} [label=${quoted([...(policy === undefined ? [] : [policy]), ...conditions])}];`,
    ),
    '}',
    '',
  ].join('\n');
}

function labelOf(node: GraphNode): readonly string[] {
  return node.kind === 'ref' ? [node.name, node.repository] : [node.name, node.tier, ...node.details];
}

function quoted(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replaceAll('\\', '\\\\').replaceAll('"', '\\"')).join('\\n')}"`;
}
