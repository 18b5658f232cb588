import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { type GitCall, gitFailure, startGit } from './git-process';

/** An object as `git cat-file --batch` gives it. */
export interface GitObject {
  readonly id: string;
  readonly type: 'commit' | 'tree' | 'blob' | 'tag';
  readonly content: Buffer;
}

/** Reads objects by name (`<id>`, `<commit>:<path>`, `<commit>^{tree}`); undefined when there is none. */
export interface ObjectReader {
  tryRead(name: string): Promise<GitObject | undefined>;
}

interface Waiting {
  readonly resolve: (found: GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** After so many milliseconds without a question, the process that answers is let go. */
const IDLE = 1_000;

/**
 * An object reader over one `git cat-file --batch` process, which is started by the first question and answers in the order asked: about
 * 0.1 ms each, where a process of its own costs 4 ms. It keeps no Node process alive, and sees objects that were written after it started.
 */
export function openObjectReader(call: GitCall): ObjectReader {
  let conversation: Conversation | undefined;
  return {
    tryRead(name) {
      if (name.includes('\n')) return Promise.resolve(undefined);
      if (conversation === undefined || conversation.ended) conversation = new Conversation(call);
      return conversation.ask(name);
    },
  };
}

class Conversation {
  ended = false;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: Waiting[] = [];
  private chunks: Buffer[] = [];
  private length = 0;
  /** Bytes that are needed before it is worth looking again. */
  private wanted = 1;
  private stderr = '';
  private idle: NodeJS.Timeout | undefined;

  constructor(call: GitCall) {
    this.child = startGit(['cat-file', '--batch'], call);
    this.child.stdout.on('data', (chunk: Buffer) => this.take(chunk));
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString('utf8');
    });
    this.child.stdin.on('error', () => undefined);
    this.child.on('error', (error) => this.end(error));
    this.child.on('close', (code) => this.end(gitFailure(['cat-file', '--batch'], { code: code ?? 128, stderr: this.stderr })));
  }

  ask(name: string): Promise<GitObject | undefined> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) this.hold();
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${name}\n`);
    });
  }

  private take(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.length += chunk.length;
    while (this.waiting.length > 0 && this.length >= this.wanted) {
      const data = this.chunks.length === 1 ? (this.chunks[0] as Buffer) : Buffer.concat(this.chunks);
      const answer = parseAnswer(data);
      if (answer.kind === 'partial') {
        this.chunks = [data];
        this.wanted = answer.needs;
        return;
      }
      const rest = data.subarray(answer.size);
      this.chunks = rest.length === 0 ? [] : [rest];
      this.length = rest.length;
      this.wanted = 1;
      this.waiting.shift()?.resolve(answer.object);
    }
    if (this.waiting.length === 0) this.release();
  }

  /** While an answer is awaited, Node must not exit. */
  private hold(): void {
    clearTimeout(this.idle);
    this.child.ref();
    for (const stream of this.sockets()) stream.ref?.();
  }

  private release(): void {
    this.child.unref();
    for (const stream of this.sockets()) stream.unref?.();
    this.idle = setTimeout(() => {
      this.ended = true;
      this.child.stdin.end();
    }, IDLE);
    this.idle.unref();
  }

  private sockets(): { ref?(): void; unref?(): void }[] {
    return [this.child.stdin, this.child.stdout, this.child.stderr] as { ref?(): void; unref?(): void }[];
  }

  private end(error: Error): void {
    this.ended = true;
    clearTimeout(this.idle);
    for (const one of this.waiting.splice(0)) one.reject(error);
  }
}

type Answer =
  | { readonly kind: 'partial'; readonly needs: number }
  | { readonly kind: 'whole'; readonly size: number; readonly object?: GitObject };

function parseAnswer(data: Buffer): Answer {
  const line = data.indexOf(10);
  if (line < 0) return { kind: 'partial', needs: data.length + 1 };
  const header = data.subarray(0, line).toString('utf8');
  const found = /^([0-9a-f]{40}|[0-9a-f]{64}) (commit|tree|blob|tag) (\d+)$/.exec(header);
  if (found === null) return { kind: 'whole', size: line + 1 };
  const size = line + 1 + Number(found[3]) + 1;
  if (data.length < size) return { kind: 'partial', needs: size };
  const content = Buffer.from(data.subarray(line + 1, size - 1));
  return { kind: 'whole', size, object: { id: found[1] as string, type: found[2] as GitObject['type'], content } };
}
