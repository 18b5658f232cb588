import { repositoryOf } from '../access';
import { simpleUser } from '../accounts';
import { notFound, ok, type Route } from '../route';

/** GitHub shows the five roles as three permissions, and the role beside them. */
const permissions = { read: 'read', triage: 'read', write: 'write', maintain: 'write', admin: 'admin' } as const;

export const collaboratorRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/collaborators/{username}/permission',
    handle(request) {
      const repository = repositoryOf(request, { role: 'read', app: ['metadata', 'read'] });
      const account = request.world.tryAccount(request.params.username ?? '');
      if (account === undefined) notFound(`${request.params.username} is not a user`);
      const role = repository.tryRole(account.login);
      const permission = role === undefined ? 'none' : permissions[role];
      return ok({ permission, role_name: role ?? 'none', user: { ...simpleUser(request.world, account), role_name: role ?? 'none' } });
    },
  },
];
