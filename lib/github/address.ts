import { wrongUse } from '../delivery/error';

/** Where a GitHub is: its REST interface, and its pages and repositories. Neither ends with a slash. */
export interface GitHubAddress {
  readonly api: string;
  readonly web: string;
}

const PUBLIC = 'https://api.github.com';

/**
 * The address of GitHub's REST interface, and where its repositories are: `https://api.github.com`, `https://api.NAME.ghe.com`, or
 * `https://HOST/api/v3` of an enterprise server.
 *
 * @throws DeliveryError when it is no such address, or would send tokens unencrypted to another machine.
 */
export function gitHubAddress(given: string = PUBLIC): GitHubAddress {
  const url = tryUrl(given);
  if (url === undefined || url.search !== '' || url.hash !== '')
    return wrongUse(`${shown(given)} is no address of GitHub's interface`, `give one such as ${PUBLIC} or https://HOST/api/v3`);
  if (url.username !== '' || url.password !== '')
    wrongUse("the address of GitHub's interface holds credentials", 'give them as a token, and the address without them');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isThisMachine(url.hostname)))
    wrongUse(`${url.href} is not encrypted: whoever listens could take the token`, 'give an address that begins with https://');
  const api = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  const tenant = /^api\.(github\.com|[a-z0-9-]+\.ghe\.com)$/i.exec(url.hostname)?.[1];
  return { api, web: tenant === undefined ? url.origin : `${url.protocol}//${tenant}` };
}

function tryUrl(given: string): URL | undefined {
  try {
    return new URL(given);
  } catch {
    return undefined;
  }
}

/** What comes before an `@` may be a password. */
function shown(given: string): string {
  return JSON.stringify(given.replace(/\/\/[^/]*@/, '//'));
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
