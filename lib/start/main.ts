#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { reportFailure } from '../cli/failure';
import type { Io } from '../cli/io';
import { colours } from '../cli/text';
import { packageVersion } from '../cli/version';
import { openScene, type Scene } from './scene';
import { tour, UnexpectedOutcomeError } from './tour';

const io: Io = {
  out: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
  colour: process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  folder: process.cwd(),
  environment: process.env,
  now: Date.now,
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  ask: async () => undefined,
};

const program = join(__dirname, '..', '..', 'examples', '01-openluffy', 'platform.ts');

async function start(): Promise<number> {
  if (!existsSync(program)) {
    io.note(`error  there is no ${program}\n  remedy  run npm start in the repository of stagegate; the package alone has no examples`);
    return 2;
  }
  const began = performance.now();
  io.out(`${colours(io).bold(`stagegate ${packageVersion()}`)}: OpenLuffy, from the program to a rollback
Real are git, the rulesets and their enforcement, pull requests, statuses and reviews: on a local host in a temporary folder.
Stand-ins are the clock, which jumps; the cluster, which a file plays; the suite's command, which asks git; the CI that reports checks.`);
  let scene: Scene | undefined;
  const endEarly = (signal: NodeJS.Signals): void => void scene?.remove().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  process.once('SIGINT', endEarly).once('SIGTERM', endEarly);
  try {
    scene = await openScene(program, io.note);
    await tour(io, scene, program);
    io.out(`done in ${((performance.now() - began) / 1000).toFixed(1)} s; nothing is left behind`);
    return 0;
  } catch (error) {
    if (!(error instanceof UnexpectedOutcomeError)) return reportFailure(error, io, { debug: process.argv.includes('--debug') });
    io.note(`error  ${error.message}`);
    return 1;
  } finally {
    await scene?.remove();
  }
}

void start().then((code) => {
  process.exitCode = code;
});
