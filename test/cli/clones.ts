import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderWith } from './calling';

/** Calls git as somebody whose own settings do not count. */
export function git(folder: string, ...args: readonly string[]): string {
  const person = ['-c', 'user.name=mia', '-c', 'user.email=mia@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...person, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
  }).trim();
}

/** A clone with these files committed on main. */
export function cloneWith(files: Readonly<Record<string, string>>): string {
  const folder = folderWith(files);
  git(folder, 'init', '--quiet', '--initial-branch=main');
  commitAll(folder);
  return folder;
}

/** Commits what lies in a clone, and gives the commit. */
export function commitAll(folder: string): string {
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'a change');
  return git(folder, 'rev-parse', 'HEAD');
}

export function write(folder: string, path: string, content: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
}
