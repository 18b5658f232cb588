/** Path of a workflow file in its repository. */
export function workflowPath(file: string): string {
  return `.github/workflows/${file}.yaml`;
}

/** File, without its ending, of the workflow that a push to an environment's own ref starts. */
export function releaseFile(environment: string): string {
  return `release-${environment}`;
}

/** Files, without their endings, of the two workflows of the delivery repository that others start. */
export const RELEASE_FILE = 'release';
export const DELIVER_FILE = 'deliver';

/** File, without its ending, and title of the workflow that shows what a pull request changes; another workflow waits for it by its title. */
export const PREVIEW_FILE = 'preview';
export const PREVIEW_TITLE = 'Preview';

/** Beginning of the names of artifacts in which a preview hands over what it found. */
export const PREVIEW_ARTIFACT = 'stagegate-preview';

/** Artifact in which a build hands over the digests of what it pushed. */
export const IMAGES_ARTIFACT = 'stagegate-images';

/** `prod` as people read it in a title: `Prod`. */
export function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
