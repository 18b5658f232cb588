#!/usr/bin/env node
import { createInterface } from 'node:readline';
import { runCommandLine } from './command-line';
import { Exit, type Io } from './io';

const isTerminal = process.stdout.isTTY === true && process.stdin.isTTY === true;

// A program cannot take these away while it is loaded.
const exit = process.exit.bind(process);
const write = process.stdout.write.bind(process.stdout);

const io: Io = {
  out: (text) => void write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
  colour: process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  folder: process.cwd(),
  environment: process.env,
  now: Date.now,
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  ask: async (question) => (isTerminal ? answerTo(question) : undefined),
};

/** What a person types; nothing when the input ends. Ctrl-C ends the process, as it does everywhere else. */
function answerTo(question: string): Promise<string> {
  return new Promise((resolve) => {
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    reader.on('SIGINT', () => exit(130));
    reader.on('close', () => resolve(''));
    reader.question(question, (answer) => {
      resolve(answer);
      reader.close();
    });
  });
}

/** Code of what failed beside the command, which counts more than the command's own. */
let failure: number | undefined;

/** Ends the process when everything is written, whatever timers or connections a program has left. */
function end(code: number): void {
  // A rejection that nobody handles is told after the callbacks of this turn.
  write('', () => process.stderr.write('', () => setImmediate(() => exit(failure ?? code))));
}

// A reader that has seen enough closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') exit(Exit.done);
  throw error;
});

// What a program starts and does not wait for may fail at any time.
process.on('uncaughtException', (error) => {
  const { reportFailure } = require('./failure') as typeof import('./failure');
  failure = reportFailure(error, io, { debug: process.argv.includes('--debug') });
  end(failure);
});

let isDone = false;
process.on('beforeExit', () => {
  if (isDone) return;
  isDone = true;
  io.note('error  the program waits for something that never comes\n  remedy  look for a promise at its top level that nothing fulfils');
  end(Exit.wrongUse);
});

void runCommandLine(process.argv.slice(2), io).then((code) => {
  isDone = true;
  end(code);
});
