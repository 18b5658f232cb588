/** Requests to the API server, and the paths at which its objects are. */

import { Agent, request } from 'node:https';

/** What the API server refused, with its own words. */
export class ApiError extends Error {
  constructor(status, { message, reason } = {}) {
    super(message ?? `the API server answered with ${status}`);
    this.status = status;
    this.reason = reason;
  }
}

const noKind = ({ apiVersion, kind }) =>
  new ApiError(404, { reason: 'NoKindMatch', message: `no matches for kind "${kind}" in version "${apiVersion}"` });

export const isNotFound = (failure) => failure.status === 404;
export const isNoKind = (failure) => failure.reason === 'NoKindMatch';

/** @param {import('./cluster.mjs').Cluster} cluster */
export function connect(cluster) {
  const agent = new Agent({ ...cluster.tls, keepAlive: true, maxSockets: 20 });
  const kinds = new Map();

  function call(method, path, body, type = 'application/json') {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      accept: 'application/json',
      ...(cluster.token === undefined ? {} : { authorization: `Bearer ${cluster.token}` }),
      // Node frames the body of a DELETE only when it is told its length.
      ...(body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
    };
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, cluster.server), { method, agent, headers }, (response) => {
        let received = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          received += chunk;
        });
        response.on('end', () => {
          const answered = parsed(received);
          if (response.statusCode < 300) resolve(answered);
          else reject(new ApiError(response.statusCode, answered));
        });
      });
      asked.on('error', reject);
      asked.end(text);
    });
  }

  /** Plural and scope of a kind, undefined when the API server does not know it. */
  async function mapping({ apiVersion, kind }) {
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const of = ({ resources }) => resources.find(({ name, kind: own }) => own === kind && !name.includes('/'));
    // A kind that was not there a moment ago may have been defined meanwhile.
    if (!kinds.has(base) || of(await kinds.get(base)) === undefined) {
      kinds.set(
        base,
        call('GET', base).catch((failure) => {
          kinds.delete(base);
          if (isNotFound(failure)) return { resources: [] };
          throw failure;
        }),
      );
    }
    const found = of(await kinds.get(base));
    return found && { base, plural: found.name, namespaced: found.namespaced };
  }

  async function folderOf(object) {
    const found = await mapping(object);
    if (found === undefined) throw noKind(object);
    const scope = found.namespaced ? `/namespaces/${object.metadata.namespace ?? cluster.namespace}` : '';
    return `${found.base}${scope}/${found.plural}`;
  }

  return {
    call,
    mapping,
    folderOf,
    pathOf: async (object) => `${await folderOf(object)}/${object.metadata.name}`,
    get: (path) => call('GET', path),
    /** The object at a path, undefined when there is none. */
    tryGet: (path) =>
      call('GET', path).catch((failure) => {
        if (isNotFound(failure)) return undefined;
        throw failure;
      }),
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}
