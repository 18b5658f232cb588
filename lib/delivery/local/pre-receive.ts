import { resolve } from 'node:path';
import { DeliveryError } from '../error';
import { gitEnvironment, IDENTITY_VARIABLE } from '../git/git-process';
import { GitRepository } from '../git/git-repository';
import { append } from './event-log';
import { hostFolder } from './host-folder';
import { anonymous, mayWrite, type Principal, principal, readPeople } from './people';
import { openHostRecords } from './pull-request-log';
import { applicableRules, describeViolation, factsAskedFor, type PushFacts, pushViolations } from './ruleset-enforcement';
import { readRulesets } from './rulesets';

interface RefChange {
  readonly ref: string;
  readonly from?: string;
  readonly to?: string;
}

/**
 * The pre-receive hook of a local host: reads what a push would change, and why it may not. Git runs it before any ref moves, in the bare
 * repository, with the pushed objects set apart.
 */
async function preReceive(input: string, environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const folder = hostFolder(resolve('..'));
  const people = await readPeople(folder.people);
  const login = environment[IDENTITY_VARIABLE];
  const who = login === undefined || login === '' ? anonymous : principal(people, login);
  if (!mayWrite(who)) return [`${login} may not write to ${people.repository}`];
  // Git sets the pushed objects apart and tells of them by its own variables, which have to reach the processes started here.
  const own = Object.entries(environment).filter(([name]) => name.startsWith('GIT_') && !name.startsWith('GIT_CONFIG'));
  const repository = new GitRepository(folder.repository, gitEnvironment(Object.fromEntries(own) as Record<string, string>));
  const records = openHostRecords(folder.data);
  const rulesets = await readRulesets(folder.rulesets);
  const defaultBranch = await repository.defaultBranch();
  const changes = input
    .split('\n')
    .filter((line) => line !== '')
    .map(parseChange);
  const refused: string[] = [];
  for (const change of changes) {
    const rules = applicableRules(rulesets, { ref: change.ref, defaultBranch, by: who, way: 'push' });
    const asked = factsAskedFor(rules);
    const facts = await factsOf(change, asked, repository, async (commit) =>
      (await records.statuses(commit).read()).map(({ event }) => event),
    );
    refused.push(...pushViolations(rules, facts, people).map((violation) => describeViolation(change.ref, violation)));
  }
  if (refused.length > 0) return [`refused for ${nameOf(who)}:`, ...refused];
  for (const { ref, to } of changes) {
    if (to !== undefined && ref.startsWith('refs/heads/'))
      await append(records.pushes(to), who.kind === 'anonymous' ? { ref } : { ref, by: who.login });
  }
  return [];
}

function nameOf(who: Principal): string {
  return who.kind === 'anonymous' ? `a push without identity (set ${IDENTITY_VARIABLE} to a login)` : who.login;
}

function parseChange(line: string): RefChange {
  const [from, to, ref] = line.split(' ') as [string, string, string];
  const none = /^0+$/;
  return { ref, ...(none.test(from) ? {} : { from }), ...(none.test(to) ? {} : { to }) };
}

async function factsOf(
  { from, to }: RefChange,
  asked: ReturnType<typeof factsAskedFor>,
  repository: GitRepository,
  statuses: (commit: string) => Promise<PushFacts['statuses']>,
): Promise<PushFacts> {
  const fresh = to !== undefined && (asked.has('merges') || asked.has('unsigned')) ? await repository.gained(from, to) : [];
  return {
    kind: from === undefined ? 'creation' : to === undefined ? 'deletion' : 'update',
    fastForward: from !== undefined && to !== undefined && asked.has('fastForward') && (await repository.isAncestor(from, to)),
    merges: fresh.filter(({ parents }) => parents > 1).map(({ commit }) => commit),
    unsigned: fresh.filter(({ signed }) => !signed).map(({ commit }) => commit),
    statuses: to !== undefined && asked.has('statuses') ? await statuses(to) : [],
  };
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
