import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { handleGit } from './delivery/git-over-http';
import { type Faults, faultBody } from './faults';
import { GraphQl } from './graphql';
import type { LoggedRequest, Problem } from './request-log';
import { callerName, Rest } from './rest';
import type { ApiResponse, Method } from './route';
import type { World } from './world';

export interface ServerProps {
  readonly world: World;
  readonly faults: Faults;
  readonly log: (request: LoggedRequest) => void;
  readonly problem: (problem: Problem) => void;
}

const REST = '/api/v3';
const GRAPHQL = '/api/graphql';

export async function listen(props: ServerProps): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { world } = props;
  const rest = new Rest(world, props.problem);
  const graphQl = new GraphQl(world, props.problem);
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      props.problem({
        kind: 'failure',
        request: `${request.method} ${request.url}`,
        what: String(error instanceof Error ? error.stack : error),
      });
      if (!response.headersSent) send(response, { status: 500, body: faultBody(500) });
      else response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', 'http://github');
    const path = pathname.startsWith(`${REST}/`) ? pathname.slice(REST.length) : pathname;
    const method = request.method ?? 'GET';
    response.setHeader('date', new Date(world.clock()).toUTCString());
    const header = request.headers.authorization;
    const caller = header === undefined ? undefined : world.credentials.principalOf(header, (id) => world.tryAppOfId(id));
    const logged = { method, path, query: search, caller: callerName(caller) };

    const fault = props.faults.take(method, path);
    if (fault?.delay !== undefined) await sleep(fault.delay);
    if (fault?.status === 'unreachable') {
      props.log({ ...logged, body: undefined, status: 0 });
      request.socket.destroy();
      return;
    }
    if (fault?.status === 'lost') loseAnswer(response);
    else if (fault?.status !== undefined) {
      const body = jsonOf(await textOf(request));
      props.log({ ...logged, body, status: fault.status });
      send(response, {
        status: fault.status,
        body: fault.body ?? faultBody(fault.status),
        ...(fault.headers === undefined ? {} : { headers: fault.headers }),
      });
      return;
    }

    if (!pathname.startsWith(REST) && pathname !== GRAPHQL) {
      response.on('finish', () => props.log({ ...logged, body: undefined, status: response.statusCode }));
      await handleGit({
        request,
        response,
        pathname,
        search,
        caller: caller === 'unknown' ? undefined : caller,
        badCredentials: caller === 'unknown',
        world,
      });
      return;
    }
    const text = await textOf(request);
    const answer =
      pathname === GRAPHQL
        ? await graphQl.answer({ text, caller })
        : await rest.answer({ method: method as Method, target: `${path === REST ? '/' : path}${search}`, text, caller });
    props.log({ ...logged, body: jsonOf(text), status: answer.status });
    send(response, answer);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  world.url = url;
  return {
    url,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

/** The request is carried out, and its answer never arrives. */
function loseAnswer(response: ServerResponse): void {
  const { socket } = response;
  Object.assign(response, {
    writeHead: () => response,
    write: () => true,
    end: () => {
      socket?.destroy();
      return response;
    },
  });
}

/** GitHub counts calls; nobody reaches the limit here. No ETag is sent: a client that got 304 would not see what changed. */
function send(response: ServerResponse, { status, body, headers }: ApiResponse): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'x-github-media-type': 'github.v3; format=json',
    'x-github-request-id': randomUUID(),
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
    'x-ratelimit-used': '1',
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
    'x-ratelimit-resource': 'core',
    ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  response.end(text);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function jsonOf(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
