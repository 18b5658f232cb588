import { promotionGraph } from '../render/graph';
import { graphDot } from '../render/graph-dot';
import { graphMermaid } from '../render/graph-mermaid';
import { graphText } from '../render/graph-text';
import type { RunCommand } from './command-line';
import { compiledProgram } from './compiled-program';
import { Exit, printJson } from './io';

/** `stagegate graph`: the ways that releases take. */
export const run: RunCommand = async ({ io, options }) => {
  const { model, desired } = await compiledProgram(io, options);
  const graph = promotionGraph(model.name, desired.delivery);
  if (options.json === true) printJson(io, { version: 1, ...graph });
  else if (options.format === 'svg')
    io.out((require('../render/graph-svg') as typeof import('../render/graph-svg')).graphSvg(graph).trimEnd());
  else io.out({ text: graphText, mermaid: graphMermaid, dot: graphDot }[options.format as 'text' | 'mermaid' | 'dot'](graph).trimEnd());
  return Exit.done;
};
