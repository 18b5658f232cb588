import { connection } from '../graphql-field';
import type { Repository } from '../world';
import { behind } from './behind';
import { tryAuthor } from './people';

/** A commit as GraphQL shows it; null when there is none. */
export async function commitFields(repository: Repository, id: string): Promise<Readonly<Record<string, unknown>> | null> {
  const { at } = await behind(repository);
  const commit = await at.repository.tryCommit(id);
  if (commit === undefined) return null;
  const people = [
    { name: commit.author, email: await at.repository.authorAddress(id) },
    ...[...commit.message.matchAll(/^Co-authored-by: *([^<\n]+?) *<([^>\n]*)>/gim)].map(([, name = '', email = '']) => ({ name, email })),
  ];
  const actors = people.map(({ name, email }) => {
    const account = tryAuthor(repository.world, name, email);
    return { name, email, user: account === null ? null : { login: account.login } };
  });
  return { __typename: 'Commit', oid: id, message: commit.message, authors: () => connection(actors) };
}
