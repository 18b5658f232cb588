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

/** How often each action occurs, as in `+1 ~2 −1 ±1`; what is renamed counts as changed. */
export function actionCounts(actions: readonly Action[]): string {
  const count = (...wanted: readonly Action[]): number => actions.filter((action) => wanted.includes(action)).length;
  const parts = [
    ['+', count('create')],
    ['~', count('update', 'rename')],
    ['−', count('delete')],
    ['±', count('replace')],
  ] as const;
  return parts.flatMap(([sign, number]) => (number === 0 ? [] : [`${sign}${digits(number)}`])).join(' ') || '0';
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
