import type { People } from '../../lib/delivery/local';
import type { DesiredState } from '../../lib/desired/desired-state';

/** Everybody whom a trace can name, with the rights that the explorer takes them to have; and an owner who installs what is compiled. */
export const cast: People = {
  repository: 'lebrick07/openluffy',
  people: {
    olga: { role: 'admin', owner: true },
    dora: { role: 'write' },
    dan: { role: 'write' },
    dina: { role: 'write' },
    mia: { role: 'write' },
    max: { role: 'write' },
    tess: { role: 'write' },
    mara: { role: 'maintain' },
    arne: { role: 'admin' },
  },
  teams: { engineers: { id: 1, members: ['mia', 'max'] }, 'team-77': { id: 77, members: ['tess'] } },
  apps: {
    stagegate: { id: 1_147_001 },
    'stagegate-intake': { id: 1_147_002 },
    'another-delivery': { id: 999_999 },
    'github-actions': { id: 15_368 },
    exempt: { id: 424_242 },
    foreign: { id: 31_337 },
  },
};

/** Ids in the place of slots. */
export const ids: Readonly<Record<string, number>> = {
  'app/delivery': 1_147_001,
  'app/intake': 1_147_002,
  'team/engineers': 1,
};

/** Logins, and slugs of apps, by the explorer's names. */
const logins: Readonly<Record<string, string>> = {
  developer: 'dora',
  'developer 2': 'dan',
  'developer 3': 'dina',
  'member of engineers': 'mia',
  'member 2 of engineers': 'max',
  'member of 77': 'tess',
  maintainer: 'mara',
  administrator: 'arne',
  'workflow token': 'github-actions',
  'foreign app': 'foreign',
};

/** The login of a principal of a trace, or the slug of an app. */
export function loginOf(desired: DesiredState, name: string): string {
  const app = name === 'delivery app' ? String(desired.delivery.apps.delivery.id) : /^app (.+)$/.exec(name)?.[1];
  return app === undefined ? known(logins[name], name) : slugOf(app);
}

/** The slug of an app by its id, or by the slot that stands for it. */
export function slugOf(app: number | string): string {
  const slot = /^\{\{slot:(.+)\}\}$/.exec(String(app))?.[1];
  const id = slot === undefined ? Number(app) : ids[slot];
  return known(Object.entries(cast.apps).find(([, one]) => one.id === id)?.[0], String(app));
}

function known(login: string | undefined, name: string): string {
  if (login === undefined) throw new RangeError(`nobody plays ${name}`);
  return login;
}
