import { ACTION_WORDS, ACTIONS, actionCounts, counted, listed } from './counts';
import type { Detail } from './detail';
import { atMostLines, fieldLines } from './field-lines';
import { diffFence, inlineCode } from './markdown-code';
import { markdownText } from './markdown-text';
import type { StackPreview, StackStep } from './pulumi-preview';
import type { Block, Section } from './section';

type Previewed = Extract<StackPreview, { kind: 'previewed' }>;

/** A stack with the resources that Pulumi would change, folded. */
export function stackSection({ stack, steps, unchanged, errors }: Previewed): Section {
  return {
    summary: `<b>${markdownText(stack, 100)}</b> (stack): ${counted(steps.length, 'resource')}, ${actionCounts(steps.map(({ action }) => action))}`,
    intro: [
      ...errors.slice(0, 5).map((error) => `⚠ the preview failed: ${markdownText(error)}`),
      ...(unchanged === 0 ? [] : [`${counted(unchanged, 'resource')} unchanged`]),
    ].join('\n'),
    noun: 'resource',
    blocks: (detail) => [...steps].sort(byAction).map((step) => stepBlock(step, detail)),
  };
}

/** The row of a stack: name, counts, and which resources change. */
export function stackRow(preview: StackPreview): string {
  const name = markdownText(preview.stack, 100);
  if (preview.kind === 'unreadable') return `| ${name} | | <b>the preview could not be read: ${markdownText(preview.why, 200)}</b> |`;
  const { steps, errors } = preview;
  const told = [...steps]
    .sort(byAction)
    .map(
      ({ action, type, name: resource }) =>
        `${action === 'delete' || action === 'replace' ? '⚠ ' : ''}${markdownText(`${ACTION_WORDS[action]} ${shortType(type)} ${resource}`, 150)}`,
    );
  const failed = errors.length === 0 ? [] : [`<b>the preview failed: ${markdownText(errors[0] ?? '', 200)}</b>`];
  const nothing = steps.length === 0 && errors.length === 0 ? ['nothing changes'] : [];
  return `| ${name} | ${actionCounts(steps.map(({ action }) => action))} | ${[...failed, ...nothing, ...(told.length === 0 ? [] : [listed(told, 4)])].join('; ')} |`;
}

function byAction(a: StackStep, b: StackStep): number {
  return ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action);
}

/** `kubernetes:apps/v1:Deployment` is `Deployment`. */
function shortType(type: string): string {
  return type.slice(type.lastIndexOf(':') + 1);
}

function stepBlock({ action, type, name, fields }: StackStep, detail: Detail): Block {
  const isRisk = action === 'delete' || action === 'replace';
  return {
    isRisk,
    count: 1,
    kind: shortType(type),
    text: () => {
      const heading = `${isRisk ? '⚠ ' : ''}${ACTION_WORDS[action]} <b>${markdownText(shortType(type), 100)}</b> ${inlineCode(name, 150)}`;
      const lines = atMostLines(
        fields.flatMap((field) => fieldLines(field, detail)),
        detail,
      );
      return lines.length === 0 ? `- ${heading}` : `${heading}\n\n${diffFence(lines)}`;
    },
  };
}
