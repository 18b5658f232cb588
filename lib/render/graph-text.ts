import type { GraphNode, PromotionGraph } from './graph';

/** The graph as lines: each node, below it the ways that lead on. */
export function graphText(graph: PromotionGraph): string {
  const rows = graph.nodes.flatMap((node): [string, string][] => [
    [node.name, nodeText(node)],
    ...graph.edges
      .filter(({ from }) => from === node.id)
      .map((edge): [string, string] => [
        `  └▶ ${edge.to}`,
        `${edge.policy === undefined ? '' : `${edge.policy}: `}${edge.conditions.join(' · ') || 'nothing is asked'}`,
      ]),
  ]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n');
}

function nodeText(node: GraphNode): string {
  return node.kind === 'ref' ? `${node.isTag ? 'tags' : 'branch'} of ${node.repository}` : [node.tier, ...node.details].join(', ');
}
