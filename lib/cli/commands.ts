import { Option } from 'commander';
import type { CommandSpec } from './command-line';
import {
  asOption,
  hostOption,
  imagesOption,
  jsonOption,
  programOption,
  reasonOption,
  releaseOption,
  repeated,
  seconds,
  valuesOption,
  wholeNumber,
} from './options';

const policyOption = (): Option =>
  new Option('-p, --program <file>', 'path of the program on the program branch, or a model written by stagegate model');
/** What every command takes that opens a host. */
const hostOptions = (): Option[] => [hostOption(), asOption(), policyOption(), jsonOption()];
const imageOption = (): Option =>
  repeated(
    new Option('--image <service=image>', 'a new image by digest, for instance backend=ghcr.io/acme/backend@sha256:…; may be repeated'),
  );
const digestOption = (): Option =>
  repeated(new Option('--image <digest>', 'what is bad is this image, sha256:…, in place of the manifests; may be repeated'));
const limitOption = (): Option => new Option('--limit <number>', 'at most so many').argParser(seconds).default(20);
const sourceOptions = (): Option[] => [
  imageOption(),
  new Option('--images <file>', 'new images by service, as YAML or JSON'),
  new Option('--environment <name>', 'where the release is born, when several environments have a source'),
  new Option('--repository <owner/name>', 'repository that the images were built from; else that of each service'),
  new Option('--ref <ref>', 'full name of the ref that they were built from; else the declared source'),
  new Option('--commit <id>', 'commit that they were built from; else the head of the ref, when the delivery repository holds it'),
];

/** All commands, in the order in which `--help` lists them. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    usage: 'check',
    summary: 'compile the program and apply the rules to what comes out',
    options: [
      programOption(),
      new Option('--format <format>', 'how findings are printed').choices(['text', 'json', 'github', 'sarif']).default('text'),
      jsonOption(),
      new Option('--deep', 'explore to the full bounds, which takes longer'),
    ],
    example: 'check --format github',
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
      new Option('--repository <owner/name>', 'only what is committed to this repository: workflow files and CODEOWNERS'),
      new Option('--out <folder>', 'where to; rendered, or the folder one is in with --repository'),
      new Option('--check', 'write nothing; fail when the folder differs'),
      jsonOption(),
    ],
    example: 'render --images images.yaml --out rendered',
    load: () => require('./render') as typeof import('./render'),
  },
  {
    usage: 'graph',
    summary: 'print the ways that releases take',
    options: [
      programOption(),
      new Option('--format <format>', 'how it is drawn').choices(['text', 'mermaid', 'svg', 'dot']).default('text'),
      jsonOption(),
    ],
    example: 'graph --format svg > graph.svg',
    load: () => require('./graph') as typeof import('./graph'),
  },
  {
    usage: 'preview [stack]',
    summary: 'print the resources that stacks register with Pulumi: one stack for each environment, and github',
    options: [programOption(), jsonOption()],
    example: 'preview prod',
    load: () => require('./preview') as typeof import('./preview'),
  },
  {
    usage: 'comment',
    summary: 'show a difference in a pull request of GitHub, in one comment that is kept up to date',
    options: [
      new Option('--from <file>', 'what stagegate diff --json wrote'),
      new Option('--stacks <folder>', 'what pulumi preview --json printed, a file for each stack, named after it'),
      new Option('--pr <number>', 'the pull request; else that of the event of GitHub Actions').argParser(wholeNumber),
      new Option('--base <branch>', 'branch onto which the pull request is, when another run has compared it'),
      new Option('--repository <owner/name>', 'the repository; else GITHUB_REPOSITORY'),
      new Option('--parts <number>', 'comments at most, when one is too small').argParser(wholeNumber).default(1),
      new Option('--failed', 'the comparison failed: say so in the comment that is there'),
      new Option('--in-run', 'write the summary of the job and annotations in place of a comment'),
      new Option('-p, --program <file>', 'with --in-run: path of the program, on which annotations are shown'),
      new Option('--dry-run', 'print the comment and post nothing'),
      jsonOption(),
    ],
    example: 'comment --from difference.json --pr 12',
    load: () => require('./comment') as typeof import('./comment'),
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
    example: 'model > model.json',
    load: () => require('./model') as typeof import('./model'),
  },
  {
    usage: 'bootstrap',
    summary: 'make what releases need: a local host, branches, rulesets, the first release; safe to repeat',
    options: [...hostOptions(), new Option('--people <file>', 'people.yaml of a new local host'), ...sourceOptions()],
    example: 'bootstrap --host ../host --as mia',
    load: () => require('./bootstrap') as typeof import('./bootstrap'),
  },
  {
    usage: 'release create',
    summary: 'render every environment with new images, or with a changed program, and store it as a release',
    options: [
      ...hostOptions(),
      ...sourceOptions(),
      new Option('--render-only', 'render without storing, for a job without credentials'),
      new Option('--out <folder>', 'with --render-only: a new folder for what is rendered'),
    ],
    example: 'release create --image backend=ghcr.io/acme/backend@sha256:…',
    load: () => require('./release-create') as typeof import('./release-create'),
  },
  {
    usage: 'release store <folder>',
    summary: 'check and store what release create --render-only has written',
    options: hostOptions(),
    example: 'release store rendered-release',
    load: () => require('./release-store') as typeof import('./release-store'),
  },
  {
    usage: 'release list',
    summary: 'list releases, newest first',
    options: [...hostOptions(), limitOption()],
    example: 'release list --limit 5',
    load: () => require('./release-list') as typeof import('./release-list'),
  },
  {
    usage: 'release show <id>',
    summary: 'show what a release holds',
    options: hostOptions(),
    example: 'release show 4f2a1c',
    load: () => require('./release-show') as typeof import('./release-show'),
  },
  {
    usage: 'deliver',
    summary: 'one pass over all environments: record health, roll back where the policy says so, carry on promotions',
    options: [...hostOptions(), new Option('--suites', 'run the suites that a release waits for, in this folder')],
    example: 'deliver --suites',
    load: () => require('./deliver') as typeof import('./deliver'),
  },
  {
    usage: 'promote <environment>',
    summary: 'propose a release to an environment, or carry on what is open',
    options: [...hostOptions(), releaseOption()],
    example: 'promote prod --as mia',
    load: () => require('./promote') as typeof import('./promote'),
  },
  {
    usage: 'gates <environment>',
    summary: 'evaluate and publish the gates of the open promotion; merge nothing',
    options: hostOptions(),
    example: 'gates prod',
    load: () => require('./gates') as typeof import('./gates'),
  },
  {
    usage: 'approve <environment>',
    summary: 'approve the open promotion at the head that it has now',
    options: [...hostOptions(), releaseOption(), new Option('--message <text>', 'a remark')],
    example: 'approve prod --as mia',
    load: () => require('./approve') as typeof import('./approve'),
  },
  {
    usage: 'sync <environment>',
    summary: 'show what a sync of a manual environment would change, ask, and start it',
    options: [
      ...hostOptions(),
      new Option('--dry-run', 'show it and start nothing'),
      new Option('--confirm <environment>', "the environment's name again, in place of being asked"),
      new Option('--yes', 'start without being asked; in production only with --reason'),
      new Option('--reason <text>', 'why; it is recorded'),
    ],
    example: 'sync prod --as mia',
    load: () => require('./sync') as typeof import('./sync'),
  },
  {
    usage: 'monitor <environment>',
    summary: 'follow a rollout until it is healthy, has failed, or waits for a person',
    options: [
      ...hostOptions(),
      new Option('--timeout <seconds>', 'give up after so long; else what the environment declares').argParser(seconds),
      new Option('--every <seconds>', 'time between two looks').argParser(seconds).default(5),
      new Option('--logs <seconds>', 'how far back the logs go that are shown at the end').argParser(seconds).default(60),
    ],
    example: 'monitor dev --timeout 120',
    load: () => require('./monitor') as typeof import('./monitor'),
  },
  {
    usage: 'verify <environment>',
    summary: 'run the suites that gates ask for against an environment, and record the results',
    options: [
      ...hostOptions(),
      new Option('--suite <name>', 'this suite only'),
      new Option('--link <url>', 'address of the run, kept as evidence'),
      new Option('--timeout <seconds>', 'end a suite after so long').argParser(seconds).default(900),
    ],
    example: 'verify preprod --suite integration',
    load: () => require('./verify') as typeof import('./verify'),
  },
  {
    usage: 'hold <environment>',
    summary: 'keep a release, or all of them, out of an environment',
    options: [...hostOptions(), releaseOption(), reasonOption()],
    example: 'hold prod --reason "end of quarter" --as mia',
    load: () => require('./hold') as typeof import('./hold'),
  },
  {
    usage: 'release-hold <environment>',
    summary: 'end a hold',
    options: [...hostOptions(), releaseOption(), reasonOption()],
    example: 'release-hold prod --reason "quarter closed" --as mia',
    load: () => require('./release-hold') as typeof import('./release-hold'),
  },
  {
    usage: 'quarantine <environment>',
    summary: 'keep a release, and whatever has the same bytes, out of an environment and of what follows it',
    options: [...hostOptions(), releaseOption().makeOptionMandatory(), digestOption(), reasonOption()],
    example: 'quarantine dev --release 4f2a1c --reason "loses orders" --as mia',
    load: () => require('./quarantine') as typeof import('./quarantine'),
  },
  {
    usage: 'lift <environment>',
    summary: 'end a quarantine',
    options: [...hostOptions(), releaseOption().makeOptionMandatory(), reasonOption()],
    example: 'lift dev --release 4f2a1c --reason "it was the database" --as mia',
    load: () => require('./lift') as typeof import('./lift'),
  },
  {
    usage: 'rollback <environment>',
    summary: 'put an environment back to a release that was healthy there',
    options: [
      ...hostOptions(),
      new Option('--to <id>', 'this release; else the last that was healthy there'),
      new Option('--list', 'list the releases that it can go back to'),
      new Option('--reason <text>', 'why; it is recorded'),
      new Option('--confirm <environment>', "the environment's name again, which production tiers ask for"),
      new Option('--quarantine', 'quarantine what is replaced; else it is held'),
      digestOption(),
      new Option('--across-bootstrap', "accept that the older release expects another state of the environment's stack"),
    ],
    example: 'rollback prod --reason "errors at checkout" --confirm prod --as mia',
    load: () => require('./rollback') as typeof import('./rollback'),
  },
  {
    usage: 'status [environment]',
    summary: 'show where every environment stands, and what it waits for',
    options: [
      ...hostOptions(),
      new Option('--why', 'explain one environment: every candidate with every gate, and what ran there'),
      new Option('--watch', 'show it again and again'),
      new Option('--every <seconds>', 'time between two looks, with --watch').argParser(seconds).default(5),
    ],
    example: 'status prod --why',
    load: () => require('./status') as typeof import('./status'),
  },
  {
    usage: 'history <environment>',
    summary: 'list what ran in an environment, newest first',
    options: [...hostOptions(), limitOption()],
    example: 'history prod',
    load: () => require('./history') as typeof import('./history'),
  },
  {
    usage: 'completion <shell>',
    summary: 'print a script that completes commands and options: bash, zsh, fish or powershell',
    example: 'completion bash',
    load: () => require('./completion') as typeof import('./completion'),
  },
];
