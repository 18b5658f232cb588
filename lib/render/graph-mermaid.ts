import type { GraphNode, PromotionGraph } from './graph';

/** The graph as a Mermaid flowchart, which GitHub draws in Markdown. */
export function graphMermaid(graph: PromotionGraph): string {
  const ids = new Map(graph.nodes.map((node, index) => [node.id, `n${index}`]));
  return [
    'flowchart LR',
    ...graph.nodes.map((node) => `  ${ids.get(node.id)}${shape(node)}`),
    ...graph.edges.map(
      ({ from, to, policy, conditions }) =>
        `  ${ids.get(from)} -->|${quoted([...(policy === undefined ? [] : [policy]), ...conditions])}| ${ids.get(to)}`,
    ),
    '',
  ].join('\n');
}

function shape(node: GraphNode): string {
  if (node.kind === 'ref') return `([${quoted([node.name, node.repository])}])`;
  const label = quoted([node.name, node.tier, ...node.details]);
  return node.tier === 'production' ? `[[${label}]]` : `[${label}]`;
}

/** Text in quotes; Mermaid takes numeric and named entities written with `#`. */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    line
      .replaceAll('#', '#35;')
      .replaceAll('&', '#amp;')
      .replaceAll('"', '#quot;')
      .replaceAll('<', '#lt;')
      .replaceAll('>', '#gt;')
      .replaceAll('|', '#124;'),
  );
  return `"${escaped.join('<br/>')}"`;
}
