/**
 * Ends the programs of a test bed and removes its folder as soon as the process that started this one is gone, however it went:
 * the other end of stdin closes even when that process is killed. Programs are told of in JSON lines on stdin:
 * `{"add":PID}` when one was started, `{"remove":PID}` when it ended by itself. Each is the leader of its own process group.
 *
 *   node warden.mjs FOLDER [--keep]
 */

import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [folder, keep] = process.argv.slice(2);
const groups = [];

// Ctrl-C reaches the tests, which close stdin; the warden has to outlive them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

function kill(group, signal) {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { add, remove } = JSON.parse(line);
    if (add !== undefined) groups.push(add);
    if (remove !== undefined) {
      groups.splice(groups.indexOf(remove), 1);
      kill(remove, 'SIGKILL');
    }
  })
  .on('close', async () => {
    // Nothing that the programs hold is kept, so none is given time to save it. Last started, first ended: an API server whose
    // etcd went first would try to reach it again for minutes.
    for (const group of groups.toReversed()) kill(group, 'SIGKILL');
    const deadline = Date.now() + 10_000;
    while (groups.some((group) => kill(group, 0)) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const left = groups.filter((group) => kill(group, 0));
    if (keep === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    if (left.length > 0) console.error(`process groups that could not be ended: ${left.join(', ')}`);
    process.exit(left.length === 0 ? 0 : 1);
  });
