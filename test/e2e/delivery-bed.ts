import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Host, openLocalHost, type PullRequest, type Store } from '../../lib/delivery';
import { type Bed, program } from './bed';

const root = join(__dirname, '..', '..');

/** The delivery repository of OpenLuffy on a local host, its environments on the Argo CD of a test bed, driven by the built command line. */
export interface DeliveryBed {
  /** Address of the delivery repository. */
  readonly repository: string;
  /** Runs `stagegate …`; throws with its output when the exit code is not the expected one. Gives stdout. */
  stagegate(args: readonly string[], props?: { readonly as?: string; readonly expect?: number }): Promise<string>;
  /** Renders everything into a folder, which is returned. */
  render(): Promise<string>;
  head(branch: string): Promise<string>;
  /** Git's id of the manifests at a commit. */
  manifests(commit: string): Promise<string | undefined>;
  /** The release that the head of an environment's branch holds. */
  runs(environment: string): Promise<string | undefined>;
  /** Commits a file to a branch of dora's, opens a pull request into develop, reports `validate` as GitHub Actions, and merges it. */
  mergeToDevelop(name: string): Promise<string>;
  /** Opens a pull request from develop into main, has it checked and approved by mia, and merges it. */
  mergeToMain(): Promise<string>;
  /** Passes of `stagegate deliver` until `done` holds; the delivery workflow is woken like this by its schedule and by events. */
  deliverUntil(what: string, done: () => Promise<boolean>, within: number): Promise<void>;
}

const PEOPLE = {
  repository: 'lebrick07/openluffy',
  people: { dora: { role: 'write' }, mia: { role: 'maintain' }, olaf: { role: 'read' } },
  teams: { engineers: { id: 1, members: ['mia'] } },
  apps: { stagegate: { id: 1_147_001 }, 'stagegate-intake': { id: 1_147_002 }, 'github-actions': { id: 15_368 } },
};

/** What the end-to-end test changes of OpenLuffy's program: where git lies, and that a rollout counts as failed after seconds. */
function edited(text: string, repository: string): string {
  const edits: readonly (readonly [string, string])[] = [
    ["plan: 'team' });", `plan: 'team', url: '${repository}' });`],
    ["source: repository.branch('develop'),", "source: repository.branch('develop'), health: { timeout: '12s' },"],
    ["run: 'make integration'", 'run: \'test -n "$STAGEGATE_RELEASE"\''],
  ];
  return edits.reduce((edit, [before, after]) => {
    if (edit.split(before).length !== 2) throw new Error(`the edit does not apply exactly once: ${before}`);
    return edit.replace(before, () => after);
  }, text);
}

export async function startDelivery(bed: Bed): Promise<DeliveryBed> {
  const main = join(root, 'dist', 'cli', 'main.js');
  if (!existsSync(main)) throw new Error('the command line is not built: npm run build');
  const [work, host] = [join(bed.folder, 'openluffy'), join(bed.folder, 'host')];
  const repository = `file://${join(host, 'repository.git')}`;
  const example = join(root, 'examples', '01-openluffy');
  mkdirSync(join(work, 'node_modules'), { recursive: true });
  writeFileSync(join(work, 'platform.ts'), edited(readFileSync(join(example, 'platform.ts'), 'utf8'), repository));
  for (const file of ['images.yaml', 'values.yaml']) cpSync(join(example, file), join(work, file));
  writeFileSync(join(work, 'package-lock.json'), '{}\n');
  writeFileSync(join(work, '.gitignore'), 'node_modules\npeople.yaml\nrendered\n');
  writeFileSync(join(work, 'people.yaml'), stringify(PEOPLE));

  const environment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', NO_COLOR: '1' };
  const run = (file: string, args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly error: string }> =>
    new Promise((resolve) => {
      execFile(file, [...args], { cwd: work, env: environment, maxBuffer: 1 << 26 }, (error, out, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, out, error: stderr });
      });
    });
  const git = async (...args: string[]): Promise<string> => {
    const { code, out, error } = await run('git', args);
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${error}`);
    return out.trim();
  };
  const stagegate: DeliveryBed['stagegate'] = async (args, { as, expect: expected = 0 } = {}) => {
    const { code, out, error } = await run(process.execPath, [
      main,
      ...args,
      ...(as === undefined ? [] : ['--as', as]),
      ...(args[0] === 'render' ? [] : ['--host', host]),
    ]);
    if (code !== expected) throw new Error(`stagegate ${args.join(' ')} ended with ${code}, not ${expected}:\n${out}\n${error}`);
    return out;
  };

  await git('init', '--quiet', '--initial-branch', 'main');
  await git('add', '.');
  await git('-c', 'user.name=dora', '-c', 'user.email=dora@example.org', 'commit', '--quiet', '-m', 'Declare OpenLuffy');
  console.log(await stagegate(['bootstrap', '--people', 'people.yaml'], { as: 'mia' }));
  writeFileSync(join(host, 'target.yaml'), stringify({ kind: 'argo-cd', kubectl: program('kubectl'), kubeconfig: bed.kubeconfig }));

  const opened = new Map<string, Promise<{ readonly store: Store; readonly host: Host }>>();
  const as = (login: string): Promise<{ readonly store: Store; readonly host: Host }> => {
    const one = opened.get(login) ?? openLocalHost(host, { as: login });
    opened.set(login, one);
    return one;
  };
  const dora = await as('dora');
  const head = async (branch: string): Promise<string> => {
    const commit = await dora.store.tryRef(`refs/heads/${branch}`);
    if (commit === undefined) throw new Error(`there is no branch ${branch}`);
    return commit;
  };
  await dora.store.moveRef('refs/heads/develop', await head('main'), undefined);

  const merge = async (pull: PullRequest): Promise<string> => {
    const ci = await as('github-actions');
    await ci.host.setStatus(pull.headCommit, { context: 'validate', state: 'success', description: 'make test passed' });
    const outcome = await dora.host.merge(pull.number, { method: 'merge', head: pull.headCommit, message: `Merge ${pull.head}` });
    if (outcome.kind !== 'merged') throw new Error(`pull request ${pull.number} was not merged: ${outcome.reason}`);
    return outcome.commit;
  };

  return {
    repository,
    stagegate,
    head,
    async render() {
      await stagegate(['render', '--out', 'rendered']);
      return join(work, 'rendered');
    },
    manifests: (commit) => dora.store.tryTree(commit, 'manifests'),
    async runs(name) {
      const text = await dora.store.tryFile(await head(`env/${name}`), 'release.yaml');
      return /^id: (\w+)$/m.exec(text ?? '')?.[1];
    },
    async mergeToDevelop(name) {
      const base = await head('develop');
      const files = new Map([...(await dora.store.files(base, '')), [`${name}.txt`, `${name}\n`]]);
      const tree = await dora.store.writeTree(files);
      const commit = await dora.store.writeCommit({ tree, parents: [base], author: 'dora', message: `Add ${name}`, at: Date.now() });
      await dora.store.moveRef(`refs/heads/${name}`, commit, undefined);
      return merge(await dora.host.openPullRequest({ head: name, base: 'develop', title: `Add ${name}`, body: '' }));
    },
    async mergeToMain() {
      const pull = await dora.host.openPullRequest({ head: 'develop', base: 'main', title: 'Release', body: '' });
      await (await as('mia')).host.review(pull.number, { state: 'approved', commit: pull.headCommit });
      await stagegate(['deliver']);
      return merge(pull);
    },
    async deliverUntil(what, done, within) {
      const end = Date.now() + within;
      for (;;) {
        const said = await stagegate(['deliver', '--suites']);
        if (await done()) return;
        if (Date.now() > end) throw new Error(`not within ${within / 1000} s: ${what}\n${said}`);
        await new Promise((wait) => setTimeout(wait, 2500));
      }
    },
  };
}
