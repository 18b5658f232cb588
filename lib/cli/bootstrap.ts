import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve as resolvePath } from 'node:path';
import { type BootstrapStep, bootstrap, createLocalHost, writeLocalRulesets } from '../delivery';
import { gitEnvironment, IDENTITY_VARIABLE, tryGit } from '../delivery/git/git-process';
import { existingHost, hostFolder } from '../delivery/local/host-folder';
import type { People } from '../delivery/local/people';
import { readPeople } from '../delivery/local/people';
import type { CommandCall, RunCommand } from './command-line';
import { type ResolvedProgram, readYaml, resolvedProgram } from './compiled-program';
import { type Session, withDelivery } from './delivery-session';
import { hostName } from './host-name';
import { Exit, printJson, WrongUseError } from './io';
import { localRulesets } from './local-rulesets';
import { tryCommit } from './opened-local-host';
import { firstPeople } from './people-file';
import { givenImages, releaseRequest } from './requested-release';
import { TARGET_FILE } from './target-file';
import { colours, table } from './text';

/** `stagegate bootstrap`: makes a local host where there is none, then everything that releases need; safe to repeat. On GitHub the stack `github` makes the rulesets. */
export const run: RunCommand = async (call) => {
  const { io, options } = call;
  const host = hostName(io, options);
  const steps = host.kind === 'local' ? [...(await hostSteps(call, host.root)), await programStep(call, host.root)] : [];
  const isBlocked = steps.at(-1)?.outcome === 'person';
  if (!isBlocked)
    await withDelivery(call, async (session) => {
      steps.push(...(await deliverySteps(call, session)));
      return Exit.done;
    });
  if (options.json === true) printJson(io, { version: 1, steps });
  else {
    const paint = colours(io);
    const words = { done: paint.green('done'), already: paint.dim('already'), person: paint.yellow('you') };
    io.out(table(steps.map(({ outcome, subject, text }) => [words[outcome], subject, text])));
  }
  return isBlocked ? Exit.findings : Exit.done;
};

/** Makes the host's folder, with the people that are given, or with the caller, and the teams and apps that the program names. */
async function hostSteps({ io, options }: CommandCall, root: string): Promise<readonly BootstrapStep[]> {
  const subject = 'local host';
  const folder = hostFolder(root);
  if (existsSync(folder.repository) && existsSync(folder.people))
    return [{ subject, outcome: 'already', text: `${root} is there` }, ...targetStep(root)];
  const program = await resolvedProgram(io, options.program as string | undefined);
  const given = options.people as string | undefined;
  if (given === undefined && options.as === undefined)
    throw new WrongUseError('it is not said who there is on the new host', 'give --as LOGIN to begin alone, or --people FILE');
  const people =
    given === undefined ? firstPeople(program.model, String(options.as)) : (readYaml(resolvePath(io.folder, given), given) as People);
  await createLocalHost(root, { people, defaultBranch: program.model.program.branch });
  const text =
    given === undefined
      ? `${root} made; ${folder.people} names you, the teams and the apps of the program: add the others`
      : `${root} made with the people of ${given}`;
  return [{ subject, outcome: 'done', text }, ...targetStep(root)];
}

function targetStep(root: string): readonly BootstrapStep[] {
  const path = join(root, TARGET_FILE);
  return existsSync(path)
    ? []
    : [{ subject: 'target', outcome: 'person', text: `write ${path}: kind: argo-cd, or kind: simulated to try things out` }];
}

/** Pushes the commit that is checked out here to the program branch, when that does not exist yet and this is the program's repository. */
async function programStep({ io, options }: CommandCall, root: string): Promise<BootstrapStep> {
  const { repository } = await existingHost(root);
  const branch = (await tryGit(['symbolic-ref', '--short', 'HEAD'], { gitDir: repository })).stdout.toString('utf8').trim();
  const subject = 'program';
  const there = await tryCommit(repository, branch);
  if (there !== undefined) return { subject, outcome: 'already', text: `${branch} is at ${there.slice(0, 7)}` };
  const person = (text: string): BootstrapStep => ({ subject, outcome: 'person', text });
  const program = await resolvedProgram(io, options.program as string | undefined);
  const top = await tryGit(['-C', io.folder, 'rev-parse', '--show-toplevel']);
  if (top.code !== 0) return person(`make ${io.folder} a git repository and commit the program, then run this again`);
  const problem = await unpushable(program, top.stdout.toString('utf8').trim());
  if (problem !== undefined) return person(problem);
  const push = await tryGit(['-C', io.folder, 'push', '--quiet', repository, `HEAD:refs/heads/${branch}`], {
    environment: gitEnvironment(options.as === undefined ? {} : { [IDENTITY_VARIABLE]: String(options.as) }),
  });
  if (push.code !== 0) return person(`push the program to ${branch}: ${push.stderr.trim().split('\n').at(-1) ?? 'git failed'}`);
  return { subject, outcome: 'done', text: `${branch} pushed, at ${(await tryCommit(repository, branch))?.slice(0, 7)}` };
}

async function unpushable({ model, file }: ResolvedProgram, top: string): Promise<string | undefined> {
  const path = relative(top, file);
  if (path !== model.program.file)
    return `the program is ${path} of the repository ${top}, and declares that it is ${model.program.file}: push it to the host yourself`;
  const changed = await tryGit(['-C', top, 'status', '--porcelain', '--', path]);
  if (changed.code !== 0 || changed.stdout.length > 0) return `commit ${path}, then run this again`;
  const head = await tryGit(['-C', top, 'rev-parse', '--verify', '--quiet', 'HEAD']);
  return head.code === 0 ? undefined : `commit ${path}, then run this again`;
}

async function deliverySteps({ io, options }: CommandCall, session: Session): Promise<readonly BootstrapStep[]> {
  const firstRelease = givenImages(io, options).size === 0 ? undefined : await releaseRequest(io, session, options);
  const steps = await bootstrap(session.delivery, firstRelease === undefined ? {} : { firstRelease });
  if (session.host.kind === 'github') return steps;
  const { root } = session.host;
  const { rulesets: path } = hostFolder(root);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const rulesets = localRulesets(session, await readPeople(hostFolder(root).people));
  await writeLocalRulesets(root, rulesets);
  const isSame = readFileSync(path, 'utf8') === before;
  const applied: BootstrapStep = {
    subject: 'rulesets',
    outcome: isSame ? 'already' : 'done',
    text: `the host enforces ${rulesets.length} rulesets of ${session.delivery.desired.repository}`,
  };
  const kept = steps.filter(({ subject }) => subject !== 'rulesets' && subject !== session.delivery.desired.programBranch);
  const branches = kept.filter(({ subject }) => subject !== 'stacks' && subject !== 'first release');
  return [...branches, applied, ...kept.filter((step) => !branches.includes(step))];
}
