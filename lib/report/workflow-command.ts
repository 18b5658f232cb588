import { visible } from './visible';

/** What a step of GitHub Actions prints to be shown beside the run and in the pull request. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  /** Path of a file of the repository. */
  readonly file?: string;
}

/**
 * The annotation as a line that the runner obeys, escaped as it unescapes:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function annotationCommand({ level, title, message, file }: Annotation): string {
  const properties = [...(file === undefined ? [] : [`file=${property(file)}`]), `title=${property(title)}`];
  return `::${level} ${properties.join(',')}::${data(message)}`;
}

function data(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => visible(line).replaceAll('%', '%25'))
    .join('%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
