// gRPC server reflection, as foreign tools (grpcurl, for one) ask it. Two fields are all that is needed of its messages.
import grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';

const Request = new protobuf.Type('Request').add(new protobuf.Field('file_containing_symbol', 4, 'string'))
  .add(new protobuf.Field('list_services', 7, 'string'));
const Files = new protobuf.Type('Files').add(new protobuf.Field('file_descriptor_proto', 1, 'bytes', 'repeated'));
const Service = new protobuf.Type('Service').add(new protobuf.Field('name', 1, 'string'));
const Services = new protobuf.Type('Services').add(Service).add(new protobuf.Field('service', 1, 'Service', 'repeated'));
const Response = new protobuf.Type('Response').add(Files).add(Services)
  .add(new protobuf.Field('file_descriptor_response', 4, 'Files'))
  .add(new protobuf.Field('list_services_response', 6, 'Services'));
for (const type of [Request, Response]) new protobuf.Root().add(type);

const Client = grpc.makeClientConstructor({
  ask: {
    path: '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', requestStream: true, responseStream: true,
    requestSerialize: (message) => Buffer.from(Request.encode(message).finish()), requestDeserialize: Request.decode,
    responseSerialize: Response.encode, responseDeserialize: (bytes) => Response.decode(bytes),
  },
});

async function ask(address, question) {
  const client = new Client(address, grpc.credentials.createInsecure());
  try {
    const call = client.ask({ deadline: Date.now() + 5000 });
    call.end(question);
    for await (const answer of call) return answer;
    throw new Error('no answer');
  } finally {
    client.close();
  }
}

/** @returns {Promise<string[]>} names of the services */
export async function listServices(address) {
  return (await ask(address, { list_services: '' })).list_services_response.service.map(({ name }) => name);
}
/** @returns {Promise<number>} how many files the server gives for a symbol */
export async function filesOf(address, symbol) {
  return (await ask(address, { file_containing_symbol: symbol })).file_descriptor_response?.file_descriptor_proto.length ?? 0;
}
