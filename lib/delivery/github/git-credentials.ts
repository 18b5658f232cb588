import type { GitHubClient } from '../../github';

/**
 * Variables by which git shows a token to this GitHub and to nobody else. It is in no argument, no address and no file, and git's own
 * configuration and helpers are not asked.
 */
export async function gitCredentials(client: GitHubClient): Promise<Readonly<Record<string, string>>> {
  const header = `Authorization: Basic ${Buffer.from(`x-access-token:${await client.token()}`).toString('base64')}`;
  const settings = [
    [`http.${client.address.web}/.extraHeader`, header],
    // A connection over which nothing comes for a minute has failed.
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', '60'],
  ] as const;
  return {
    ...certificates(),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([name, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, name],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

/** An enterprise server may have certificates of its own. */
function certificates(): Readonly<Record<string, string>> {
  const names = ['GIT_SSL_CAINFO', 'GIT_SSL_CAPATH'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
