import { Option } from 'commander';
import type { CommandSpec } from './command-line';
import { imagesOption, jsonOption, programOption, valuesOption } from './options';

/** All commands, in the order in which `--help` lists them. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    usage: 'check',
    summary: 'compile the program and apply the rules to what comes out',
    options: [
      programOption(),
      new Option('--format <format>', 'how findings are printed').choices(['text', 'json', 'github', 'sarif']).default('text'),
      jsonOption(),
      new Option('--deep', 'explore to the full bounds, which takes seconds'),
    ],
    example: 'check',
    load: () => require('./check') as typeof import('./check'),
  },
  {
    usage: 'render',
    summary: 'write everything that is compiled: objects, rulesets, workflows, documents',
    options: [
      programOption(),
      imagesOption(),
      valuesOption(),
      new Option('--env <name>', 'this environment only'),
      new Option('--out <folder>', 'where to').default('rendered'),
      jsonOption(),
    ],
    example: 'render --images images.yaml --out rendered',
    load: () => require('./render') as typeof import('./render'),
  },
  {
    usage: 'explain <code>',
    summary: 'print the page of a rule, by code or name',
    options: [jsonOption()],
    example: 'explain SG101',
    load: () => require('./explain') as typeof import('./explain'),
  },
  {
    usage: 'model',
    summary: 'print the resolved platform as JSON',
    options: [programOption(), jsonOption()],
    example: 'model',
    load: () => require('./model') as typeof import('./model'),
  },
];
