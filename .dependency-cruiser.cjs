// The import directions of lib/, and who may load what. Checked by `npm run arch`.
//
//   values <- nouns <- resolve -> model (types) <- compile -> desired (types) <- explorer, render, diff, stack
//          <- rules, delivery, pulumi, kubernetes <- cli

const values = '^lib/values/';
const nouns = '^lib/[a-z-]+[.]ts$';
const door = '^lib/index[.]ts$';
const model = '^lib/model/';
const resolve = '^lib/model/(resolve|precedence)';
const compile = '^lib/compile/';
const desired = '^lib/desired/';
const explorer = '^lib/explorer/';
const render = '^lib/render/';
const diff = '^lib/diff/';
const policyDiff = '^lib/diff/policy/';
const rules = '^lib/rules/';
const report = '^lib/report/';
const delivery = '^lib/delivery/';
const github = '^lib/github/';
const stack = '^lib/stack/';
const pulumi = '^lib/pulumi/';
const kubernetes = '^lib/kubernetes/';
const commands = '^lib/(cli|start)/';

/** `from` imports nothing of lib/ but itself and what is listed. */
function only(name, from, allowed, comment) {
  return { name, comment, severity: 'error', from: { path: from, pathNot: door }, to: { path: '^lib/', pathNot: [from, ...allowed] } };
}

/** `from` may name the types of `to`, and loads nothing of it. */
function typesOnly(name, from, to, comment) {
  return { name, comment, severity: 'error', from, to: { ...to, dependencyTypesNot: ['type-only'] } };
}

/** Only `from` reaches these packages. */
function packageOnlyIn(name, from, packages, comment) {
  return { name, comment, severity: 'error', from: { path: '^lib/', pathNot: from }, to: { path: `node_modules/(${packages})/` } };
}

module.exports = {
  forbidden: [
    {
      name: 'no-circular-imports',
      comment: 'modules load in one order; types may name each other',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'imports-resolve',
      comment: 'every import leads to a file or an installed package',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'only-declared-packages',
      comment: 'what lib/ loads is a dependency or a peer, never a development tool',
      severity: 'error',
      from: { path: '^lib/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'lib-knows-lib',
      comment: 'tests, examples, tools and benches use lib/, never the other way round',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(test|examples|stacks|tools|bench)/' },
    },

    only('values-import-values', values, [nouns], 'values are the innermost layer'),
    typesOnly(
      'values-hold-nouns-as-types',
      { path: values },
      { path: nouns },
      'a declared value may hold a noun, but its module loads none',
    ),
    only('nouns-import-values', nouns, [values, nouns], 'nouns know values and each other'),
    only('model-imports-nouns-and-values', model, [values, nouns], 'resolve reads the nouns and gives plain data'),
    {
      name: 'the-model-is-plain-data',
      comment: 'only resolve knows the construct tree; nothing downstream reads it',
      severity: 'error',
      from: { path: model, pathNot: resolve },
      to: { path: nouns, dependencyTypesNot: ['type-only'] },
    },
    only('desired-imports-values', desired, [values, model], 'the desired state is plain data of its own'),
    typesOnly(
      'desired-names-model-types',
      { path: desired },
      { path: model },
      'the desired state repeats some types of the model and loads none of it',
    ),
    only('compile-imports-model-and-desired', compile, [values, model, desired], 'compile turns the model into the desired state'),
    {
      name: 'compile-does-not-resolve',
      comment: 'compile gets a finished model',
      severity: 'error',
      from: { path: compile },
      to: { path: resolve },
    },
    only(
      'explorer-imports-desired',
      explorer,
      [desired],
      'the explorer executes what is compiled and knows nothing of rules, model or gate evaluation',
    ),
    only('render-imports-desired', render, [values, desired], 'render writes what is compiled'),
    only('diff-imports-desired', '^lib/diff/(?!policy/)', [values, model, desired, policyDiff], 'diff compares what is compiled'),
    typesOnly('diff-names-model-types', { path: diff }, { path: model }, 'diff repeats some types of the model and loads none of it'),
    only(
      'policy-diff-imports-explorer',
      policyDiff,
      [values, model, desired, explorer, '^lib/diff/difference[.]ts$'],
      'what a weaker policy makes possible is found by executing what is compiled; the declared intent is passed in',
    ),
    only(
      'rules-import-inward',
      rules,
      [values, model, desired, explorer, diff, '^lib/compile/kubernetes/validate[.]ts$'],
      'rules read model, desired state and explorer, and hold objects against their schemas',
    ),
    {
      name: 'rules-do-not-resolve',
      comment: 'rules get a finished model',
      severity: 'error',
      from: { path: rules },
      to: { path: resolve },
    },
    only('report-imports-inward', report, [values, model, desired, explorer, rules, diff, render], 'a report shows results'),
    only(
      'delivery-imports-desired',
      delivery,
      [values, desired, github],
      'delivery executes the delivery data of the desired state; render is passed in',
    ),
    only('github-imports-the-error', github, ['^lib/delivery/error[.]ts$'], 'the client of GitHub knows nothing of what it is used for'),
    only(
      'kubernetes-imports-inward',
      kubernetes,
      [values, nouns, model, compile, desired, render],
      'constructs wrap the same functions that compile uses',
    ),
    only(
      'stack-imports-inward',
      stack,
      [values, model, desired, '^lib/compile/kubernetes/object[.]ts$'],
      'what a stack registers is plain data, made of the desired state alone',
    ),
    only(
      'pulumi-imports-inward',
      pulumi,
      [values, nouns, model, compile, desired, stack, rules, delivery],
      'resources are made from what stacks are; delivery reads the release that a branch records',
    ),
    {
      name: 'stack-does-not-resolve',
      comment: 'a stack is made of a finished state',
      severity: 'error',
      from: { path: stack },
      to: { path: resolve },
    },
    {
      name: 'nobody-imports-commands',
      comment: 'the command line is the outermost layer',
      severity: 'error',
      from: { path: '^lib/', pathNot: commands },
      to: { path: commands },
    },

    {
      name: 'pure-core',
      comment: 'everything up to a bound desired state touches no file, clock, network or environment',
      severity: 'error',
      from: { path: [values, nouns, model, compile, desired, stack, explorer, rules, diff] },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    packageOnlyIn('octokit-only-in-github', github, '@octokit', 'errors, waits and secrets of calls are handled in one place'),
    packageOnlyIn('pulumi-only-in-pulumi', pulumi, '@pulumi', 'Pulumi takes half a second to load and is optional'),
    packageOnlyIn(
      'command-line-only-in-cli',
      commands,
      'commander|jiti|picocolors',
      'a library does not parse arguments, load programs or colour text',
    ),
    {
      name: 'processes-only-at-the-edge',
      comment: 'git, kubectl and suites are run by delivery and by the command line',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(delivery|cli|start)/' },
      to: { path: '^(node:)?child_process$' },
    },
    typesOnly(
      'cdk8s-only-in-kubernetes',
      { path: '^lib/', pathNot: kubernetes },
      { path: 'node_modules/(cdk8s|cdk8s-plus-28)/' },
      'the core needs the types of Kubernetes objects and loads no cdk8s',
    ),
    {
      name: 'main-door-loads-no-edge',
      comment: "`import 'stagegate'` stays quick and needs no optional package",
      severity: 'error',
      from: { path: door },
      to: {
        path: [
          '^lib/(cli|start|delivery|pulumi|kubernetes|testing)/',
          // Types of cdk8s-plus are followed here as well; a test shows that nothing of it is loaded.
          'node_modules/(commander|jiti|cdk8s|@pulumi)/',
        ],
        reachable: true,
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'require', 'node', 'default'],
      mainFields: ['main', 'types'],
    },
  },
};
