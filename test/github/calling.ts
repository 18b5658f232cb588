import type { GitHub } from './index';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON of the answer; undefined when it is empty. Tests look into it. */
  readonly body: Body;
}

/** JSON that tests look into without saying its shape first: they compare it anyway. */
export interface Body {
  readonly [name: string]: Body;
}

/** Calls the REST interface as somebody; nobody when `as` is undefined. */
export function calling(github: () => GitHub, as: string | undefined = 'ada') {
  return async (call: string, body?: unknown): Promise<Answer> => {
    const [method = '', path = ''] = call.split(' ', 2);
    const response = await fetch(`${github().url}api/v3${path}`, {
      method,
      redirect: 'manual',
      headers: as === undefined ? {} : { authorization: `Bearer ${github().token(as)}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
}

/** Calls the GraphQL interface as somebody. */
export function asking(github: () => GitHub, as = 'ada') {
  return async (query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Body> => {
    const response = await fetch(`${github().url}api/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${github().token(as)}` },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Body;
  };
}
