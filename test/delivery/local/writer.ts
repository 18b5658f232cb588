// A process that writes to a local host until it is killed or has done its rounds: FOLDER LOGIN ROUNDS. Prints the number of each round done.
import { writeSync } from 'node:fs';
import { openLocalHost } from '../../../lib/delivery/local';

async function main(folder: string, login: string, rounds: number): Promise<void> {
  const { store, host } = await openLocalHost(folder, { as: login });
  const base = (await store.tryRef('refs/heads/main')) as string;
  for (let round = 1; round <= rounds; round += 1) {
    const name = `${login}-${process.pid}-${round}`;
    const target = `onto-${name}`;
    const tree = await store.writeTree(new Map([[`${name}.txt`, name]]));
    const head = await store.writeCommit({ tree, parents: [base], author: login, message: name, at: round * 1000 });
    await store.moveRef(`refs/heads/${target}`, base, undefined);
    await store.moveRef(`refs/heads/${name}`, head, undefined);
    const request = await host.openPullRequest({ head: name, base: target, title: name, body: '' });
    await host.setStatus(base, { context: name, state: 'success', description: `round ${round}` });
    await host.comment(request.number, name);
    await host.merge(request.number, { method: 'squash', head, message: name });
    writeSync(1, `${round}\n`);
  }
}

main(process.argv[2] as string, process.argv[3] as string, Number(process.argv[4])).catch((error: Error) => {
  writeSync(2, `${error.stack}\n`);
  process.exitCode = 1;
});
