import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { builtPackage } from '../built-package';

jest.setTimeout(120_000);

const built = builtPackage();
afterAll(built.remove);

const scenes = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('stagegate-start-'));
const before = scenes();
const { status, stdout, stderr } = spawnSync(process.execPath, [built.start], {
  encoding: 'utf8',
  timeout: 100_000,
  env: { ...process.env, NO_COLOR: '1' },
});
const lines = stdout.split('\n');
const place = (text: string): number => lines.findIndex((line) => line.includes(text));

test('the whole story comes out as told, without a warning and without a trace', () => {
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(scenes().filter((name) => !before.includes(name))).toEqual([]);
  expect(stdout).not.toContain('\u001b');
});

test('it says first what is real and what stands in', () => {
  expect(lines[1]).toMatch(/^Real are git, the rulesets/);
  expect(lines[2]).toMatch(/^Stand-ins are the clock, which jumps; the cluster, which a file plays/);
});

test('the steps come in the order in which a release travels', () => {
  const told = [
    'openluffy: 0 errors',
    '└▶ prod',
    'stagegate/gates by app stagegate, required on env/prod',
    'bootstrap        made env/dev',
    'zoe pushes       to env/prod and is refused: refs/heads/env/prod: update is restricted',
    'release create   release',
    'dev merged it',
    'preprod waits: healthy in dev since',
    'preprod merged it when the soak was over',
    'waits  approvals',
    'mia of engineers approves',
    'prod is awaiting-sync',
    'prod is healthy',
    'its backend crashes',
    'preprod keeps it out',
    'is quarantined and does not come back',
    'done in',
  ];
  const places = told.map(place);
  expect(places.filter((found) => found < 0)).toEqual([]);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test('the matrix after the rollback shows the first release everywhere, and the quarantine', () => {
  const id = /release create +release ([0-9a-f]{16}) from/.exec(stdout)?.[1];
  const last = lines.slice(place('does not come back'));
  const rows = last.filter((line) => /^ {2}(dev|preprod|prod) /.test(line));
  expect(rows.map((line) => /^ {2}(\S+) +backend +(\S+) /.exec(line)?.slice(1))).toEqual([
    ['dev', id],
    ['preprod', id],
    ['prod', id],
  ]);
  expect(last.join('\n')).toMatch(/quarantined: [0-9a-f]{16}, by mia at .+: backend crashes/);
});
