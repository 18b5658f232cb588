import { InvalidArgumentError, Option } from 'commander';

/** Options that several commands take, with one meaning everywhere. */
export const programOption = (): Option =>
  new Option('-p, --program <file>', 'the program; else stagegate.config.ts or platform.ts in this folder');
export const jsonOption = (): Option => new Option('--json', 'print one JSON document');
export const imagesOption = (): Option =>
  new Option('--images <file>', 'images by service, as YAML: backend: registry/name@sha256:…; else images.yaml beside the program');
export const valuesOption = (): Option =>
  new Option('--values <file>', 'values of other slots, as YAML: app/delivery: 1234; else values.yaml beside the program');
export const hostOption = (): Option => new Option('--host <host>', 'folder of a local host, or github:owner/name').env('STAGEGATE_HOST');
export const asOption = (): Option => new Option('--as <login>', 'who you are on the host').env('STAGEGATE_AS');
export const releaseOption = (): Option => new Option('--release <id>', 'id of a release, or the beginning of one');
export const reasonOption = (): Option => new Option('--reason <text>', 'why; it is recorded').makeOptionMandatory();

/** Seconds as a whole number above zero. */
export const seconds = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Give a whole number of seconds above zero.');
  return value;
};

/** A whole number above zero. */
export const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('Give a whole number above zero.');
  return value;
};

/** An option that may be given several times; its value is the list. */
export const repeated = (option: Option): Option =>
  option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
