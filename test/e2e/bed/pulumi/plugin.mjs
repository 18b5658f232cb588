/**
 * What every plugin of Pulumi does: serve gRPC on a free port, print the port, and end with the engine that started it. gRPC and
 * the messages are those of the Pulumi SDK.
 */

import { createRequire } from 'node:module';

const sdk = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi/package.json'));

export const grpc = sdk('@grpc/grpc-js');
export const { Struct } = sdk('google-protobuf/google/protobuf/struct_pb');
export const { Any } = sdk('google-protobuf/google/protobuf/any_pb');
export const { Empty } = sdk('google-protobuf/google/protobuf/empty_pb');

/** The messages of one of the SDK's protocol files, such as `provider_pb`. */
export const messages = (name) => sdk(`./proto/${name}`);

/** An answer with these fields: each is given to the setter of its name. */
export function answer(Message, fields = {}) {
  const message = new Message();
  for (const [field, value] of Object.entries(fields)) if (value !== undefined) message[`set${field}`](value);
  return message;
}

/** A failure with a gRPC status of its own. */
export class Refusal extends Error {
  constructor(message, { code = grpc.status.UNKNOWN, metadata } = {}) {
    super(message);
    this.code = code;
    this.metadata = metadata;
  }
}

/** What a method that is not served answers, so that the engine does without it. */
export const notServed = (method) => new Refusal(`this plugin has no ${method}`, { code: grpc.status.UNIMPLEMENTED });

/**
 * Serves `calls`, functions of the request that return (a promise of) the response, and `streams`, which are given the open stream.
 * @param {{ service: object, calls: Record<string, (request: object) => unknown>, streams?: Record<string, (stream: object) => void> }} served
 */
export function serve({ service, calls, streams = {} }) {
  const handlers = Object.entries(calls).map(([name, call]) => [
    name,
    ({ request }, reply) =>
      Promise.resolve()
        .then(() => call(request))
        .then(
          (response) => reply(null, response),
          ({ message, code, metadata }) =>
            reply({ details: message, code: typeof code === 'number' ? code : grpc.status.UNKNOWN, metadata }),
        ),
  ]);
  // A whole environment travels in one message.
  const limit = 400 * 1024 * 1024;
  const server = new grpc.Server({ 'grpc.max_receive_message_length': limit, 'grpc.max_send_message_length': limit });
  server.addService(service, { ...Object.fromEntries(handlers), ...streams });
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (failure, port) => {
    if (failure !== null) throw failure;
    process.stdout.write(`${port}\n`);
  });

  // An engine that is killed ends nobody.
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(1);
  }, 250).unref();
}
