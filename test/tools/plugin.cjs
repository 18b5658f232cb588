// A plugin of Pulumi that can tell its version and nothing else: node plugin.cjs VERSION
const { createRequire } = require('node:module');

const sdk = createRequire(require.resolve('@pulumi/pulumi/package.json'));
const grpc = sdk('@grpc/grpc-js');
const { PluginInfo } = sdk('./proto/plugin_pb');

const getPluginInfo = (_, answer) => {
  const info = new PluginInfo();
  info.setVersion(process.argv[2]);
  answer(null, info);
};
const server = new grpc.Server();
for (const service of [sdk('./proto/provider_grpc_pb').ResourceProviderService, sdk('./proto/language_grpc_pb').LanguageRuntimeService]) {
  server.addService(service, { getPluginInfo });
}
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (failure, port) => {
  if (failure !== null) throw failure;
  process.stdout.write(`${port}\n`);
});
