/**
 * The programs that the end-to-end tests run, each at one version, in the order in which they are built. Go programs are built
 * from the small module in `programs/<module>` (go.mod and go.sum fix every dependency; they stay apart because one shared
 * module would raise each other's dependencies), Python programs are installed from `programs/<name>/requirements.txt`, and files
 * are copied out of the modules that publish them. Plugins are not built: the test bed stands in for one that is not installed.
 *
 * `installed` says that a copy on this machine is taken instead, and how: by which arguments it tells its version (a plugin of
 * Pulumi without is asked as the engine asks), its folder among Pulumi's plugins, and `atLeast` where any newer one of the same
 * major serves; otherwise the version has to be the same.
 */

import { customResources } from './custom-resources.mjs';

const kubernetesVersion = 'v1.36.3';
const kubernetesFlags = [
  `-X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`,
  '-X k8s.io/component-base/version.gitMajor=1',
  '-X k8s.io/component-base/version.gitMinor=36',
  `-X k8s.io/client-go/pkg/version.gitVersion=${kubernetesVersion}`,
].join(' ');

const kubernetesProgram = (name, purpose, ask = ['--version']) => ({
  kind: 'go',
  name,
  version: kubernetesVersion,
  module: 'kube',
  package: `k8s.io/kubernetes/cmd/${name}`,
  flags: kubernetesFlags,
  installed: { ask },
  purpose,
});

export const programs = [
  {
    kind: 'go',
    name: 'pulumi',
    version: 'v3.259.0',
    module: 'pulumi',
    package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
    flags: '-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0',
    tags: 'osusergo,grpcnotrace',
    // The oldest that the tests were seen to pass with.
    installed: { ask: ['version'], atLeast: '3.259.0' },
    purpose: 'the Pulumi command line and engine',
  },
  {
    kind: 'go',
    name: 'pulumi-resource-github',
    version: 'v6.15.0',
    module: 'pulumi-resource-github',
    package: '.',
    writes: { 'schema.json': ['schema'] },
    installed: { plugin: 'resource-github-v6.15.0', ask: ['--version'] },
    purpose: "Pulumi's GitHub provider",
  },
  {
    kind: 'plugin',
    name: 'pulumi-resource-kubernetes',
    version: 'v4.34.2',
    installed: { plugin: 'resource-kubernetes-v4.34.2' },
    purpose: "Pulumi's Kubernetes provider",
  },
  {
    kind: 'plugin',
    name: 'pulumi-language-nodejs',
    version: 'v3',
    installed: { atLeast: '3.0.0' },
    purpose: 'runs Node programs for Pulumi',
  },
  {
    kind: 'go',
    name: 'etcd',
    version: 'v3.6.14',
    module: 'etcd',
    package: 'go.etcd.io/etcd/server/v3',
    installed: { ask: ['--version'] },
    purpose: "the API server's store",
  },
  kubernetesProgram('kube-apiserver', 'the API server'),
  kubernetesProgram('kubectl', 'strict dry-run, and the hands of the tests', ['version', '--client']),
  kubernetesProgram('kube-controller-manager', 'Deployments become ReplicaSets become Pods'),
  kubernetesProgram('kube-scheduler', 'Pods get a node'),
  {
    kind: 'go',
    name: 'kwok',
    version: 'v0.8.0',
    module: 'kwok',
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    installed: { ask: ['--version'] },
    purpose: 'stands in for nodes and controllers',
  },
  {
    kind: 'go',
    name: 'actionlint',
    version: 'v1.7.12',
    module: 'actionlint',
    package: 'github.com/rhysd/actionlint/cmd/actionlint',
    installed: { ask: ['-version'] },
    purpose: 'checks workflow files',
  },
  {
    kind: 'go',
    name: 'kube-score',
    version: 'v1.20.0',
    module: 'kube-score',
    package: 'github.com/zegl/kube-score/cmd/kube-score',
    installed: { ask: ['version'] },
    purpose: 'checks Kubernetes objects',
  },
  { kind: 'python', name: 'zizmor', version: '1.32.0', installed: { ask: ['--version'] }, purpose: 'checks workflow files' },
  { kind: 'python', name: 'checkov', version: '3.3.30', entry: 'checkov.main', purpose: 'checks Kubernetes objects and workflow files' },
  { kind: 'go', name: 'miniredis', version: 'v2.40.0', module: 'miniredis', package: '.', purpose: 'stands in for Redis' },
  {
    kind: 'files',
    name: 'crds',
    version: `${customResources.length} sets`,
    sources: customResources,
    purpose: 'custom resources for the API server',
  },
  {
    kind: 'files',
    name: 'kwok-stages',
    version: 'v0.8.0',
    sources: ['node/fast', 'node/heartbeat', 'pod/fast', 'volume/fast'].map((name) => ({
      name,
      module: 'sigs.k8s.io/kwok',
      version: 'v0.8.0',
      folder: `kustomize/stage/${name}`,
    })),
    purpose: "kwok's own rules for nodes, pods and volumes",
  },
  {
    kind: 'go',
    name: 'argocd',
    version: 'v3.2.11',
    module: 'argocd',
    package: 'github.com/argoproj/argo-cd/v3/cmd',
    flags: '-X github.com/argoproj/argo-cd/v3/common.version=3.2.11',
    // One program; which component runs is decided by the name it is called by.
    links: ['argocd-repo-server', 'argocd-application-controller'],
    purpose: 'repo-server and application controller of Argo CD',
  },
];
