import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './source-files';

/** Loads a file of lib/ in a process of its own and gives the npm packages that it brought in. */
function packagesLoadedBy(path: string): string[] {
  const program = `
    const { createJiti } = require('jiti');
    const before = new Set(Object.keys(require.cache));
    try {
      createJiti(process.cwd() + '/', { fsCache: false })(process.argv[1]);
    } catch (error) {
      console.error(error.stack);
      process.exit(1);
    }
    console.log(JSON.stringify(Object.keys(require.cache).filter((file) => !before.has(file))));
  `;
  const run = spawnSync(process.execPath, ['-e', program, join(root, path)], { cwd: root, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  const files: string[] = JSON.parse(run.stdout);
  const packages = files.flatMap((file) => /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1] ?? []);
  return [...new Set(packages)].filter((name) => name !== 'jiti').sort();
}

test("`import 'stagegate'` loads constructs and two small pure packages, and none of cdk8s, Pulumi, git or the command line", () => {
  expect(packagesLoadedBy('lib/index.ts')).toEqual(['@noble/hashes', 'constructs', 'rfc6902']);
});

test("`import 'stagegate/kubernetes'` loads cdk8s, and neither cdk8s-plus nor Pulumi", () => {
  const loaded = packagesLoadedBy('lib/kubernetes/index.ts');
  expect(loaded).toContain('cdk8s');
  expect(loaded.filter((name) => /^(@pulumi|cdk8s-plus|commander|jiti)/.test(name))).toEqual([]);
});

test('Octokit is loaded by the first call to GitHub, and by nothing before', () => {
  expect(packagesLoadedBy('lib/github/index.ts')).toEqual([]);
});
