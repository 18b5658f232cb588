import { repositoryName } from './authentication';
import type { GitHubClient } from './client';

/** What a run of a workflow left behind. */
export interface Artifact {
  readonly id: number;
  readonly name: string;
  /** Bytes, packed. */
  readonly size: number;
  readonly expired: boolean;
}

/** The artifacts of a run. @throws GitHubError */
export async function runArtifacts(client: GitHubClient, repository: string, run: number): Promise<readonly Artifact[]> {
  const parameters = { ...repositoryName(repository), run_id: run, per_page: 100 };
  const found = await client.paginate('GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts', parameters);
  return found.map(({ id, name, size_in_bytes: size, expired }) => ({ id, name, size, expired }));
}

/** An artifact as a ZIP archive. What is in it was written by a run, perhaps one of a fork: it proves nothing. @throws GitHubError */
export async function downloadArtifact(client: GitHubClient, repository: string, id: number): Promise<Uint8Array> {
  const parameters = { ...repositoryName(repository), artifact_id: id, archive_format: 'zip' };
  const { data } = await client.request('GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}', parameters);
  return new Uint8Array(data as unknown as ArrayBuffer);
}
