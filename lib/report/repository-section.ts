import type { RepositoryDifference, SettingChange } from '../diff/difference';
import { ACTION_WORDS, actionCounts, counted, digits } from './counts';
import type { Detail } from './detail';
import { atMostLines, fieldLines } from './field-lines';
import { diffFence, inlineCode } from './markdown-code';
import { markdownText } from './markdown-text';
import { bySettingAction, repositorySummary } from './repository-summary';
import type { Block, Section } from './section';

/** What a repository holds that changes: rulesets, environments, permissions, workflows, files; folded. */
export function repositorySection({ name, changes }: RepositoryDifference): Section {
  return {
    summary: `<b>${markdownText(name, 150)}</b> (repository): ${counted(changes.length, 'setting')}, ${actionCounts(changes.map(({ action }) => action))}`,
    intro: '',
    noun: 'setting',
    blocks: (detail) => [...changes].sort(bySettingAction).map((change) => settingBlock(change, detail)),
  };
}

/** The row of a repository: name, counts, and which settings change. */
export function repositoryRow(repository: RepositoryDifference): string {
  const { name, previous, counts, settings, left } = repositorySummary(repository);
  const told = settings.map(({ action, kind, name: setting }) => {
    const what = `${markdownText(kind, 60)} ${inlineCode(setting, 100)}`;
    return action === 'update' ? what : `${what} ${ACTION_WORDS[action]}`;
  });
  const whole = previous === undefined ? [] : [`<b>was ${markdownText(previous, 150)}</b>`];
  const more = left === 0 ? '' : ` and ${digits(left)} more`;
  return `| ${markdownText(name, 150)} | ${counts} | ${[...whole, ...told].join(', ')}${more} |`;
}

function settingBlock({ action, kind, name, previous, fields }: SettingChange, detail: Detail): Block {
  return {
    isRisk: false,
    count: 1,
    kind,
    text: () => {
      const before = previous === undefined ? '' : `${inlineCode(previous, 150)} → `;
      const heading = `${ACTION_WORDS[action]} <b>${markdownText(kind, 60)}</b> ${before}${inlineCode(name, 150)}`;
      const lines = atMostLines(
        fields.flatMap((field) => fieldLines(field, detail)),
        detail,
      );
      return lines.length === 0 ? `- ${heading}` : `${heading}\n\n${diffFence(lines)}`;
    },
  };
}
