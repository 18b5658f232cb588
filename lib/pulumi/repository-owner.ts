import * as pulumi from '@pulumi/pulumi';
import { refuse } from '../values/diagnostic';
import { tryKnown } from './known-value';
import { withoutStack } from './refusal';

const WRONG = { code: 'SG060', name: 'wrong-owner' } as const;

/**
 * The owner of all repositories. A provider knows one and takes bare names: of another one's repository of the same name it would change the
 * rules.
 *
 * @throws InvalidValueError SG060
 */
export function onlyOwner(repositories: readonly string[], path: string): string {
  const owners = [...new Set(repositories.map((repository) => repository.slice(0, repository.indexOf('/'))))];
  if (owners.length === 1) return owners[0] as string;
  return refuse({
    ...WRONG,
    path,
    message: 'a provider of GitHub has one owner',
    given: owners.length === 0 ? 'no repository' : `repositories of ${owners.join(', ')}`,
    expected: 'repositories of one owner',
    remedy: 'make one RepositoryResources for each owner, with repositories: […] and a provider of its own',
  });
}

/**
 * Holds the owner against what the provider reads from its surroundings, where it beats `owner` of its arguments: it would change the rules
 * of somebody else's repository of the same name, or find none. The provider is a process of its own and inherits what the program does.
 *
 * @throws InvalidValueError SG060
 */
export function refuseSurroundingOwner(owner: string, path: string): void {
  for (const variable of ['GITHUB_ORGANIZATION', 'GITHUB_OWNER']) {
    const given = process.env[variable];
    if (given === undefined || given === '' || same(given, owner)) continue;
    refuse({
      ...WRONG,
      path,
      message: 'the provider of GitHub takes the owner from its surroundings, whatever it is told',
      given: `${variable}=${given}`,
      expected: owner,
      remedy: `unset ${variable}`,
    });
  }
}

/**
 * A repository's bare name, once it is known that the provider would look for it where it is meant. In a preview the provider's own owner may
 * be unknown, as what it was not told is; the name is known all the same, or the preview would show it as changed everywhere.
 */
export function ownRepository(provider: pulumi.ProviderResource, owner: string, path: string): (name: string) => pulumi.Input<string> {
  const declared = provider as { readonly [K in 'owner' | 'organization']?: pulumi.Output<string | undefined> };
  if (declared.owner === undefined && declared.organization === undefined) return (name) => name;
  const checked = pulumi.output(requireOwner(declared.organization, declared.owner, owner, path));
  return (name) => checked.apply(() => name);
}

async function requireOwner(
  organization: pulumi.Input<string | undefined>,
  own: pulumi.Input<string | undefined>,
  owner: string,
  path: string,
): Promise<string> {
  // The older name of the argument beats the newer one.
  const actual = (await tryKnown(organization)) || (await tryKnown(own));
  if (actual === undefined || same(actual, owner)) return owner;
  return withoutStack(() =>
    refuse({
      ...WRONG,
      path,
      message: 'the provider of GitHub is set to another owner',
      given: actual,
      expected: owner,
      remedy: `pass new github.Provider(…, { owner: '${owner}' }), or set github:owner`,
    }),
  );
}

/** GitHub's names of accounts do not differ by case. */
function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
