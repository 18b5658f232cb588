import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

/** Plain access to the API server of the bed, for what is asked many times a second. */
export interface KubernetesApi {
  /** The object at a path such as `/api/v1/namespaces/x`, undefined when there is none. */
  get(path: string): Promise<unknown>;
  /** Merges into the object at a path; `subresource` status is a path of its own. */
  merge(path: string, patch: object): Promise<void>;
  /** Whether `GET path` succeeds. */
  answers(path: string): Promise<boolean>;
}

/** Where the API server listens on 127.0.0.1 and what it takes and shows. */
export interface ApiAccess {
  readonly port: number;
  /** Bearer token of the administrator. */
  readonly token: string;
  /** Path of the API server's certificate. */
  readonly certificate: string;
}

export function kubernetesApi({ port, token, certificate }: ApiAccess): KubernetesApi {
  // A starting API server may have written half of its certificate: it is read again after a failure.
  let agent: Agent | undefined;
  const reached = (): Agent => {
    agent ??= new Agent({ keepAlive: true, ca: readFileSync(certificate) });
    return agent;
  };
  const call = (method: string, path: string, body?: { type: string; text: string }): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const headers: Record<string, string | number> = { authorization: `Bearer ${token}`, accept: 'application/json' };
      if (body !== undefined) {
        headers['content-type'] = body.type;
        headers['content-length'] = Buffer.byteLength(body.text);
      }
      const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: reached(), timeout: 10_000 }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      asked.on('timeout', () => asked.destroy(new Error(`no answer to ${method} ${path} within 10 s`)));
      asked.on('error', (failure) => {
        agent = undefined;
        reject(failure);
      });
      asked.end(body?.text);
    });

  return {
    async get(path) {
      const { status, text } = await call('GET', path);
      if (status === 404) return undefined;
      if (status !== 200) throw new Error(`GET ${path} was answered with ${status}: ${text}`);
      return JSON.parse(text);
    },
    async merge(path, patch) {
      const { status, text } = await call('PATCH', path, { type: 'application/merge-patch+json', text: JSON.stringify(patch) });
      if (status !== 200) throw new Error(`PATCH ${path} was answered with ${status}: ${text}`);
    },
    async answers(path) {
      try {
        return (await call('GET', path)).status === 200;
      } catch {
        return false;
      }
    },
  };
}
