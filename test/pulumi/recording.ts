import { runInThisContext } from 'node:vm';
import * as pulumi from '@pulumi/pulumi';

/** A resource as Pulumi's engine is told of it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly provider: string | undefined;
}

export interface RecordingOptions {
  readonly stack?: string;
  /** Configuration by full keys, `stagegate:slots`. */
  readonly config?: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  /** What providers answer beside the inputs, by type. */
  readonly answers?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What came of a program. */
export interface Recording<T> {
  /** What was registered, in order of name. Secrets come as Pulumi sends them. */
  readonly resources: readonly Recorded[];
  readonly result: T | undefined;
  /** What stopped the program, in it or in one of its resources. */
  readonly errors: readonly unknown[];
  /** What was logged. */
  readonly said: readonly string[];
}

/** Runs a program against an engine that records and applies nothing. */
export async function recorded<T>(program: () => T | Promise<T>, options: RecordingOptions = {}): Promise<Recording<T>> {
  const resources: Recorded[] = [];
  const errors: unknown[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        resources.push({ type, name, inputs, provider });
        return { id: `${name} id`, state: { ...inputs, ...options.answers?.[type] } };
      },
      call: ({ inputs }) => inputs,
    },
    'stagegate',
    options.stack ?? 'dev',
    false,
  );
  pulumi.runtime.setAllConfig({ ...options.config }, [...(options.secretKeys ?? [])]);
  const said: string[] = [];
  const logs = (['info', 'warn'] as const).map((level) =>
    jest.spyOn(pulumi.log, level).mockImplementation((...[message]: readonly unknown[]) => {
      said.push(String(message));
      return Promise.resolve();
    }),
  );
  let result: T | undefined;
  await whileCatching(errors, async () => {
    try {
      result = await program();
    } catch (error) {
      errors.push(error);
    }
    await pulumi.runtime.disconnect().catch((error: unknown) => errors.push(error));
  });
  for (const log of logs) log.mockRestore();
  return { resources: resources.sort((a, b) => (a.name < b.name ? -1 : 1)), result, errors: [...new Set(errors)], said };
}

/** Collects what is thrown in a resource, for which nobody waits. The process that hears of it is not the one that tests are given. */
async function whileCatching(errors: unknown[], work: () => Promise<void>): Promise<void> {
  const real = runInThisContext('process') as NodeJS.Process;
  const others = real.listeners('unhandledRejection');
  const collect = (error: unknown): void => void errors.push(error);
  real.removeAllListeners('unhandledRejection');
  real.on('unhandledRejection', collect);
  try {
    await work();
    await new Promise((done) => setTimeout(done, 5));
  } finally {
    real.removeListener('unhandledRejection', collect);
    for (const other of others) real.on('unhandledRejection', other);
  }
}

/** The value of an Output once it is known. */
export function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((done) => void output.apply(done));
}
