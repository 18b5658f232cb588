/**
 * Stands in for pulumi-resource-kubernetes: one object of a real API server is one resource. It creates, applies server-side under a
 * name of its own, reads and deletes as the official provider of the same version does, refuses what that refuses, and waits for what
 * that waits for. Helm charts, YAML files, patches and log-ins by other programs it does not have.
 */

import { Any, answer, Empty, grpc, messages, Refusal, Struct, serve } from '../plugin.mjs';
import { revealed } from './object.mjs';
import { cancellation, check, create, diff, NotInitialized, read, remove, update } from './operations.mjs';
import { movesCluster, settingsOf } from './settings.mjs';
import { differences } from './shape.mjs';

const VERSION = '4.34.2';

const provider = messages('provider_pb');
const { ResourceProviderService } = messages('provider_grpc_pb');
const { PluginInfo } = messages('plugin_pb');
const { Status } = messages('status_pb');
const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;

const plain = (struct) => struct?.toJavaScript() ?? {};
const struct = (value) => Struct.fromJavaScript(JSON.parse(JSON.stringify(value)));

let settings;

/** What the engine takes as: it is there and is kept in the state, but is not well. */
function initFailure({ message, id, live }) {
  const detail = answer(provider.ErrorResourceInitFailed, { Id: id, Properties: struct(live), ReasonsList: [message] });
  const packed = new Any();
  packed.pack(detail.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
  const status = answer(Status, { Code: grpc.status.UNKNOWN, Message: message, DetailsList: [packed] });
  const metadata = new grpc.Metadata();
  metadata.add('grpc-status-details-bin', Buffer.from(status.serializeBinary()));
  return new Refusal(message, { metadata });
}

const kept = (call) => async (request) => {
  try {
    return await call(request);
  } catch (failure) {
    throw failure instanceof NotInitialized ? initFailure(failure) : failure;
  }
};

function diffResponse({ differences: found, replaced, deleteBeforeReplace }) {
  const response = answer(provider.DiffResponse, {
    Changes: found.length > 0 ? DIFF_SOME : DIFF_NONE,
    ReplacesList: replaced,
    Deletebeforereplace: deleteBeforeReplace,
    DiffsList: [...new Set(found.map(({ path }) => path.split(/[.[]/)[0]))],
    Hasdetaileddiff: true,
  });
  for (const { path, kind } of found) {
    const Kind = provider.PropertyDiff.Kind[replaced.includes(path) ? `${kind}_REPLACE` : kind];
    response.getDetaileddiffMap().set(path, answer(provider.PropertyDiff, { Kind }));
  }
  return response;
}

serve({
  service: ResourceProviderService,
  calls: {
    handshake: () => answer(provider.ProviderHandshakeResponse),
    getPluginInfo: () => answer(PluginInfo, { Version: VERSION }),
    getSchema: () => answer(provider.GetSchemaResponse, { Schema: JSON.stringify({ name: 'kubernetes', version: VERSION }) }),
    attach: () => new Empty(),
    cancel() {
      cancellation.abort();
      return new Empty();
    },

    checkConfig: (request) => answer(provider.CheckResponse, { Inputs: request.getNews() }),
    diffConfig(request) {
      const [before, after] = [request.getOldInputs() ?? request.getOlds(), request.getNews()].map((config) => revealed(plain(config)));
      const found = differences(before, after);
      const changed = [...new Set(found.map(({ path }) => path.split(/[.[]/)[0]))];
      return answer(provider.DiffResponse, {
        Changes: found.length > 0 ? DIFF_SOME : DIFF_NONE,
        DiffsList: changed,
        ReplacesList: movesCluster(before, after, changed),
      });
    },
    async configure(request) {
      settings = await settingsOf(revealed(plain(request.getArgs())));
      return answer(provider.ConfigureResponse, { Supportspreview: true });
    },

    async check(request) {
      const inputs = await check(settings, {
        inputs: plain(request.getNews()),
        before: plain(request.getOlds()),
        name: request.getName(),
        seed: Buffer.from(request.getRandomseed_asU8()),
      });
      return answer(provider.CheckResponse, { Inputs: struct(inputs) });
    },
    diff(request) {
      const [state, oldInputs, inputs] = [request.getOlds(), request.getOldInputs(), request.getNews()].map(plain);
      return diffResponse(diff(settings, { state, oldInputs, inputs }));
    },
    create: kept(async (request) => {
      const { id, state } = await create(settings, {
        inputs: plain(request.getProperties()),
        preview: request.getPreview(),
        timeout: request.getTimeout(),
      });
      return answer(provider.CreateResponse, { Id: id, Properties: struct(state) });
    }),
    update: kept(async (request) => {
      const { state } = await update(settings, {
        id: request.getId(),
        state: plain(request.getOlds()),
        inputs: plain(request.getNews()),
        preview: request.getPreview(),
        timeout: request.getTimeout(),
      });
      return answer(provider.UpdateResponse, { Properties: struct(state) });
    }),
    async read(request) {
      const found = await read(settings, {
        urn: request.getUrn(),
        id: request.getId(),
        state: plain(request.getProperties()),
        inputs: plain(request.getInputs()),
      });
      if (found === undefined) return answer(provider.ReadResponse);
      return answer(provider.ReadResponse, { Id: found.id, Properties: struct(found.state), Inputs: struct(found.inputs) });
    },
    async delete(request) {
      await remove(settings, {
        urn: request.getUrn(),
        id: request.getId(),
        state: plain(request.getProperties()),
        timeout: request.getTimeout(),
      });
      return new Empty();
    },
  },
});
