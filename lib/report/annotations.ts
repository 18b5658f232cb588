import type { Difference } from '../diff/difference';
import { digits } from './counts';
import { byGravity } from './object-order';
import { shortened, visibleLine } from './visible';
import type { Annotation } from './workflow-command';

/** GitHub shows so many of each level that one step prints. */
const MOST = 10;

/** What of a difference is shown beside the files of a pull request: each weaker policy and each risk, on the file of the program. */
export function differenceAnnotations({ environments, policy, notCompared }: Difference, file?: string): Annotation[] {
  const on = file === undefined ? {} : { file };
  const weaker = policy
    .filter(({ direction }) => direction === 'weaker')
    .map(({ subject, before = 'nothing demanded', after = 'nothing demanded', possibleNow = [] }): Annotation => {
      const events = possibleNow.map((event, index) => `${index + 1} ${line(event)}`);
      const sequence = events.length === 0 ? [] : ['possible now, impossible before', ...events.slice(0, 20)];
      return {
        level: 'warning',
        title: line(`policy weaker: ${subject}`),
        message: [line(`${before} → ${after}`), ...sequence].join('\n'),
        ...on,
      };
    });
  const risks = environments.flatMap(({ name, changes }) =>
    [...changes]
      .sort(byGravity)
      .flatMap(({ kind, name: object, meanings }) =>
        meanings
          .filter(({ weight }) => weight === 'risk')
          .map(({ text }): Annotation => ({ level: 'warning', title: line(`${name}: ${kind} ${object}`), message: line(text), ...on })),
      ),
  );
  const left = notCompared.map(
    ({ what, why }): Annotation => ({ level: 'notice', title: line(`not compared: ${what}`), message: line(why), ...on }),
  );
  return [...atMost([...weaker, ...risks], 'warning', on), ...atMost(left, 'notice', on)];
}

function atMost(annotations: readonly Annotation[], level: Annotation['level'], on: { readonly file?: string }): Annotation[] {
  if (annotations.length <= MOST) return [...annotations];
  return [
    ...annotations.slice(0, MOST - 1),
    { level, title: `${digits(annotations.length - MOST + 1)} more`, message: 'the summary of the run shows all of them', ...on },
  ];
}

function line(text: string): string {
  return shortened(visibleLine(text), 400);
}
