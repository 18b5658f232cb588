// Every bench, one after the other, each with the options given: npm run bench [-- --runs 5] [--json]
// Ends with 1 when one of them missed an aim, with 2 when one of them could not be run.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
for (const bench of ['startup.mjs', 'preview.mjs', 'diff.mjs']) {
  const { status } = spawnSync(process.execPath, [join(folder, bench), ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = Math.max(Number(process.exitCode ?? 0), status ?? 1);
}
