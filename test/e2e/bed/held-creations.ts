import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Bed } from '.';

export interface HeldCreations {
  /** Settles as soon as the API server is asked to create one. */
  readonly begun: Promise<unknown>;
  /** Lets creations through again. */
  release(): Promise<void>;
}

/** Whoever creates a resource waits, up to half a minute: the API server asks an admission webhook that takes the call and never answers. */
export async function holdCreations(bed: Bed, group: string, resource: string): Promise<HeldCreations> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  const begun = once(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const name = `held-${resource}`;
  await bed.apply([
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name },
      webhooks: [
        {
          name: `${resource}.held.test`,
          clientConfig: { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/` },
          rules: [{ apiGroups: [group], apiVersions: ['*'], operations: ['CREATE'], resources: [resource] }],
          failurePolicy: 'Ignore',
          timeoutSeconds: 30,
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    },
  ]);
  return {
    begun,
    async release() {
      await bed.kubectl(['delete', 'validatingwebhookconfiguration', name]);
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
