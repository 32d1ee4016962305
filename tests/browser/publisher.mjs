// A foreign publisher: the plain gRPC stack of Node over the published .proto files.
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import protobuf from 'protobufjs';

const PROTO = fileURLToPath(new URL('../../proto/', import.meta.url));
const FILES = ['spanwire/v1/publisher.proto', 'spanwire/v1/builtin_events.proto', 'google/rpc/error_details.proto'];
const CALL_DEADLINE_MS = 5000;

const { spanwire } = grpc.loadPackageDefinition(
  loadSync(FILES.slice(0, 1), { includeDirs: [PROTO], keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true }));

const types = new protobuf.Root();
types.resolvePath = (_, target) => target.startsWith('google/protobuf/') ? target : PROTO + target;
types.loadSync(FILES, { keepCase: true });

/** @returns {Buffer} a message of a type from the .proto files, encoded */
export function encode(type, message) {
  return Buffer.from(types.lookupType(type).encode(message).finish());
}
/** @returns {object} */
export function decode(type, bytes) {
  return types.lookupType(type).toObject(types.lookupType(type).decode(bytes), { longs: Number, defaults: true });
}
/** A message as the payload of an event. */
export const any = (type, message) => ({ type_url: `type.googleapis.com/${type}`, value: encode(type, message) });

/** The google.rpc.ErrorInfo that came with a refused call. */
export function errorInfoOf(error) {
  const [details] = error.metadata.get('grpc-status-details-bin');
  const status = decode('google.rpc.Status', details);
  const info = status.details.find(({ type_url: url }) => url.endsWith('google.rpc.ErrorInfo'));
  return decode('google.rpc.ErrorInfo', info.value);
}

/** TLS that believes `ca` and shows `client`, all in PEM. */
export const tlsCredentials = (ca, client) => grpc.credentials.createSsl(ca, client?.key, client?.cert);

export class Publisher {
  #client;
  #token;

  /**
   * @param {string} address host:port
   * @param {{token?: string, credentials?: object}} [options] credentials: plain, or tlsCredentials
   */
  constructor(address, { token, credentials = grpc.credentials.createInsecure() } = {}) {
    this.#token = token;
    this.#client = new spanwire.v1.PublisherService(address, credentials, {
      'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 500,
    });
  }

  /** Waits for the bridge where it is just starting. */
  publish(event) {
    return this.#call('Publish', { event });
  }
  publishBatch(events) {
    return this.#call('PublishBatch', { events });
  }
  /** @returns a duplex of PublishStreamRequest and PublishStreamResponse */
  stream() {
    return this.#client.PublishStream(this.#metadata(), { deadline: Date.now() + CALL_DEADLINE_MS });
  }
  /** Publishes any JSON object. */
  json(topic, type, data) {
    return this.publish({ topic, type, json_text: JSON.stringify(data) });
  }
  close() {
    this.#client.close();
  }

  #metadata(options) {
    const metadata = new grpc.Metadata(options);
    if (this.#token) metadata.set('authorization', `Bearer ${this.#token}`);
    return metadata;
  }

  #call(method, request) {
    const metadata = this.#metadata({ waitForReady: true });
    return new Promise((resolve, reject) => {
      this.#client[method](request, metadata, { deadline: Date.now() + CALL_DEADLINE_MS }, (error, response) =>
        error ? reject(error) : resolve(response));
    });
  }
}
