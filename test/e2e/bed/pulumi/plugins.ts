import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { folderOf, tryPlaceOf } from '../programs';

/** A plugin that Pulumi finds in its home: the official one, one that was built, or a stand-in. */
export interface Plugin {
  readonly name: string;
  /** Where it comes from, in words. */
  readonly is: string;
  readonly standIn: boolean;
}

/**
 * Lays the plugins out in a Pulumi home, where the engine finds them by the versions of the npm packages: the official ones of this
 * machine, else the GitHub provider of the toolchain and the stand-ins of this folder.
 */
export function layOutPlugins(home: string): readonly Plugin[] {
  const github = tryPlaceOf('pulumi-resource-github');
  const plugins = join(home, 'plugins');
  mkdirSync(plugins, { recursive: true });
  return [
    standInOr(
      plugins,
      'pulumi-resource-kubernetes',
      `resource-kubernetes-v${versionOf('@pulumi/kubernetes')}`,
      'kubernetes-provider/main.mjs',
    ),
    standInOr(plugins, 'pulumi-language-nodejs', `language-nodejs-v${versionOf('@pulumi/pulumi')}`, 'language-host.mjs'),
    linked(plugins, 'pulumi-resource-github', `resource-github-v${versionOf('@pulumi/github')}`, {
      folder: folderOf('pulumi-resource-github'),
      is: github?.from === 'toolchain' ? `built from its sources, ${github.version}` : `the official one of ${github?.folder}`,
    }),
  ];
}

function standInOr(plugins: string, name: string, folder: string, script: string): Plugin {
  const official = tryPlaceOf(name);
  if (official !== undefined)
    return linked(plugins, name, folder, { folder: official.folder, is: `the official one of ${official.folder}` });
  const launcher = join(plugins, folder, name);
  mkdirSync(join(plugins, folder));
  const [preload, main] = ['keep-code.cjs', script].map((file) => join(__dirname, file));
  writeFileSync(launcher, `#!/bin/sh\nexec "${process.execPath}" --require "${preload}" "${main}" "$@"\n`, { mode: 0o755 });
  return { name, is: `a stand-in, test/e2e/bed/pulumi/${script}`, standIn: true };
}

function linked(plugins: string, name: string, folder: string, from: { readonly folder: string; readonly is: string }): Plugin {
  mkdirSync(join(plugins, folder));
  symlinkSync(join(from.folder, name), join(plugins, folder, name));
  return { name, is: from.is, standIn: false };
}

/** Version of an installed package. */
export function versionOf(name: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(createRequire(__filename).resolve(`${name}/package.json`), 'utf8'));
  return version;
}
