import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { actionsOf, type StoredArtifact } from '../github/actions/runs';
import type { Repository } from '../github/world';
import { zipped } from './zip';

/** Where archives of artifacts lie: a server beside GitHub, which gives each to whoever has its address. */
export interface ArtifactStorage {
  /** Keeps files as an artifact of a run, as the service behind `actions/upload-artifact` does. A name is taken once. */
  store(repository: Repository, run: number, name: string, files: ReadonlyMap<string, Buffer>): StoredArtifact;
  close(): Promise<void>;
}

export async function startArtifactStorage(): Promise<ArtifactStorage> {
  const archives = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const archive = archives.get(request.url ?? '');
    response.writeHead(archive === undefined ? 404 : 200, { 'content-type': 'application/zip' });
    response.end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    store(repository, run, name, files) {
      const { artifacts } = actionsOf(repository);
      if ([...artifacts.values()].some((one) => one.run === run && one.name === name))
        throw new Error(`Failed to CreateArtifact: an artifact with this name already exists on the workflow run: ${name}`);
      const path = `/${randomUUID()}.zip`;
      const archive = zipped(files);
      archives.set(path, archive);
      const stored = { id: repository.world.nextId(), run, name, archive, address: `${url}${path}` };
      artifacts.set(stored.id, stored);
      return stored;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
