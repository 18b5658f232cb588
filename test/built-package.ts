import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { transformFileSync } from '@swc/core';

const root = join(__dirname, '..');

/** The package as it is now, translated without type check into a folder of its own, so that its programs can be run as processes. */
export interface BuiltPackage {
  /** As it would lie in node_modules. */
  readonly folder: string;
  readonly cli: string;
  readonly start: string;
  /** Writes the declarations beside the programs, for guests that are compiled: seven seconds. @throws when the compiler fails */
  declare(): Promise<void>;
  remove(): void;
}

export function builtPackage(): BuiltPackage {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'stagegate-built-'));
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  cpSync(join(root, 'schema'), join(folder, 'schema'), { recursive: true });
  symlinkSync(join(root, 'examples'), join(folder, 'examples'));
  for (const entry of readdirSync(join(root, 'lib'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(folder, 'dist', relative(join(root, 'lib'), source));
    mkdirSync(dirname(target), { recursive: true });
    if (!source.endsWith('.ts')) cpSync(source, target);
    else writeFileSync(target.replace(/\.ts$/, '.js'), transformFileSync(source, SWC).code);
  }
  return {
    folder,
    cli: join(folder, 'dist', 'cli', 'main.js'),
    start: join(folder, 'dist', 'start', 'main.js'),
    declare: () => declarations(join(folder, 'dist')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function declarations(outDir: string): Promise<void> {
  const tsc = require.resolve('typescript/lib/tsc.js');
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--noCheck', '--emitDeclarationOnly', '--outDir', outDir];
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    child.on('error', fail);
    child.on('close', (code) => (code === 0 ? done() : fail(new Error(`the declarations were not written: tsc ended with ${code}`))));
  });
}

const SWC = {
  swcrc: false,
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true },
  module: { type: 'commonjs', ignoreDynamic: true },
} as const;
