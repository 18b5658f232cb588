/** What can happen to an object, a setting or a resource, in the order in which it is told: what takes away before what adds. */
export const ACTIONS = ['delete', 'replace', 'rename', 'update', 'create'] as const;
export type Action = (typeof ACTIONS)[number];

export const ACTION_WORDS: Readonly<Record<Action, string>> = {
  delete: 'deleted',
  replace: 'replaced',
  rename: 'renamed',
  update: 'changed',
  create: 'created',
};

export const ACTION_SIGNS: Readonly<Record<Action, string>> = { create: '+', update: '~', rename: '→', delete: '−', replace: '±' };
/** In which order signs are shown: what adds first. */
const SHOWN: readonly Action[] = ['create', 'update', 'rename', 'delete', 'replace'];

/** How often each action occurs, as in `+1 ~2 →1 −1 ±1`. */
export function actionCounts(actions: readonly Action[]): string {
  const counts = SHOWN.map((action) => [ACTION_SIGNS[action], actions.filter((one) => one === action).length] as const);
  return counts.flatMap(([sign, number]) => (number === 0 ? [] : [`${sign}${digits(number)}`])).join(' ') || '0';
}

/** What the signs mean that counts of these actions show: `~ changed, − deleted`; empty without any. */
export function signLegend(actions: Iterable<Action>): string {
  const present = new Set(actions);
  return SHOWN.filter((action) => present.has(action))
    .map((action) => `${ACTION_SIGNS[action]} ${ACTION_WORDS[action]}`)
    .join(', ');
}

/** `1 object`, `3,000 objects`. */
export function counted(number: number, noun: string): string {
  return `${digits(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** Not by the locale's own rules, which take 30 ms to load. */
export function digits(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** The first so many, and how many more there are. */
export function listed(texts: readonly string[], most: number): string {
  const left = texts.length - most;
  return left <= 0 ? texts.join(', ') : `${texts.slice(0, most).join(', ')} and ${digits(left)} more`;
}
