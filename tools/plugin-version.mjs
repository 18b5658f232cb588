/**
 * Prints the version of a Pulumi plugin, asked for it as the engine does: started, it prints its port, and answers there.
 *
 *   node plugin-version.mjs EXECUTABLE
 */

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

// gRPC comes with the Pulumi SDK.
const sdk = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi/package.json'));
const grpc = sdk('@grpc/grpc-js');
const { ResourceProviderClient } = sdk('./proto/provider_grpc_pb');
const { LanguageRuntimeClient } = sdk('./proto/language_grpc_pb');
const { Empty } = sdk('google-protobuf/google/protobuf/empty_pb');

const [executable] = process.argv.slice(2);
const Client = /pulumi-language-[^/\\]*$/.test(executable) ? LanguageRuntimeClient : ResourceProviderClient;

// The argument is the address of an engine, to which a plugin reports what it does: nothing yet.
const plugin = spawn(executable, ['127.0.0.1:1'], { stdio: ['ignore', 'pipe', 'ignore'] });

function end(code) {
  plugin.kill('SIGKILL');
  process.exit(code);
}

plugin.on('error', () => end(1));
plugin.on('exit', () => end(1));
setTimeout(() => end(1), 8_000).unref();

createInterface({ input: plugin.stdout }).once('line', (line) => {
  const client = new Client(`127.0.0.1:${Number(line)}`, grpc.credentials.createInsecure());
  client.getPluginInfo(new Empty(), (failure, info) => {
    if (failure === null) process.stdout.write(`${info.getVersion()}\n`);
    end(failure === null ? 0 : 1);
  });
});
