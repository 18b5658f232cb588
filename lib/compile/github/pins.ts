/**
 * The actions that rendered workflows use, each by the commit of a release. The only place where one is named; GitHub refuses any other
 * form, as `shaPinningRequired` is set.
 */
const PINS = {
  'actions/checkout': { commit: '3d3c42e5aac5ba805825da76410c181273ba90b1', version: 'v7.0.1' },
  'actions/setup-node': { commit: '820762786026740c76f36085b0efc47a31fe5020', version: 'v7.0.0' },
  'actions/create-github-app-token': { commit: '1b10c78c7865c340bc4f6099eb2f838309f1e8c3', version: 'v3.1.1' },
  'actions/upload-artifact': { commit: '043fb46d1a93c77aae656e7c1c64a875d1fc6a0a', version: 'v7.0.1' },
  'actions/download-artifact': { commit: '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c', version: 'v8.0.1' },
} as const;

/** `owner/action@commit # version`, as a step's `uses`. */
export function pinned(action: keyof typeof PINS): string {
  const { commit, version } = PINS[action];
  return `${action}@${commit} # ${version}`;
}
