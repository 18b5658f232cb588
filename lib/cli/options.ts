import { Option } from 'commander';

/** Options that several commands take, with one meaning everywhere. */
export const programOption = (): Option => new Option('-p, --program <file>', 'the program; else stagegate.config.ts or platform.ts in this folder');
export const jsonOption = (): Option => new Option('--json', 'print one JSON document');
export const imagesOption = (): Option =>
  new Option('--images <file>', 'images by service, as YAML: backend: registry/name@sha256:…; else images.yaml beside the program');
export const valuesOption = (): Option => new Option('--values <file>', 'values of other slots, as YAML: app/delivery: 1234; else values.yaml beside the program');
