import { resolve } from 'node:path';
import { DeliveryError } from '../error';
import { gitEnvironment, IDENTITY_VARIABLE } from '../git/git-process';
import { GitRepository } from '../git/git-repository';
import { hostFolder } from './host-folder';
import { anonymous, type Principal, principal, readPeople } from './people';
import { openHostRecords } from './pull-request-log';
import { type Receiving, type RefChange, recordPushes, refusals } from './receive';

/**
 * The pre-receive hook of a local host, as a program of its own: git runs it in the bare repository before any ref moves, with the pushed
 * objects set apart, and gives it a line for each ref. It ends with 1 and says why when the push is refused, or when it cannot judge.
 */
async function preReceive(input: string, environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const folder = hostFolder(resolve('..'));
  // Git sets the pushed objects apart and tells of them by its own variables, which have to reach the processes started here.
  const own = Object.entries(environment).filter(([name]) => name.startsWith('GIT_') && !name.startsWith('GIT_CONFIG'));
  const repository = new GitRepository(folder.repository, gitEnvironment(Object.fromEntries(own) as Record<string, string>));
  const at: Receiving = { folder, repository, records: openHostRecords(folder.data) };
  const changes = input
    .split('\n')
    .filter((line) => line !== '')
    .map(parseChange);
  const who = await pusher(folder.people, environment[IDENTITY_VARIABLE]);
  const refused = await refusals(at, who, changes);
  if (refused.length === 0) await recordPushes(at, who, changes);
  const hint = `to push as somebody, set ${IDENTITY_VARIABLE} to a login of people.yaml`;
  return refused.length > 0 && who.kind === 'anonymous' ? [...refused, hint] : refused;
}

async function pusher(people: string, login: string | undefined): Promise<Principal> {
  return login === undefined || login === '' ? anonymous : principal(await readPeople(people), login);
}

function parseChange(line: string): RefChange {
  const [from, to, ref] = line.split(' ') as [string, string, string];
  const none = /^0+$/;
  return { ref, ...(none.test(from) ? {} : { from }), ...(none.test(to) ? {} : { to }) };
}

async function readAll(stream: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

readAll(process.stdin)
  .then((input) => preReceive(input, process.env))
  .then((refused) => {
    for (const line of refused) process.stderr.write(`${line}\n`);
    process.exitCode = refused.length === 0 ? 0 : 1;
  })
  .catch((error: Error) => {
    process.stderr.write(`${error.message}${DeliveryError.is(error) ? `; ${error.remedy}` : ''}\n`);
    process.exitCode = 1;
  });
