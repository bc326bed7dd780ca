import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';
import { describe, expect, it } from 'vitest';
import { startCluster } from '../support/cluster.ts';
import { buildHello, connectRawAgent } from '../support/raw-agent.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const REFLECTION = `
syntax = "proto3";
package grpc.reflection.v1;
service ServerReflection { rpc ServerReflectionInfo(stream Request) returns (stream Response); }
message Request { string host = 1; oneof message_request { string list_services = 7; } }
message Response { oneof message_response { ServiceList list_services_response = 6; } }
message ServiceList { repeated Service service = 1; }
message Service { string name = 1; }
`;

interface HealthClient extends grpc.Client {
  check(
    request: { service: string },
    back: (error: grpc.ServiceError | null, reply?: { status: string }) => void,
  ): void;
}

interface ReflectionClient extends grpc.Client {
  ServerReflectionInfo(): grpc.ClientDuplexStream<object, { listServicesResponse: { service: { name: string }[] } }>;
}

function healthOf(address: string, service: string): Promise<string | undefined> {
  const loaded = grpc.loadPackageDefinition(loadSync(protoPath, { enums: String })) as unknown as {
    grpc: { health: { v1: { Health: new (address: string, credentials: grpc.ChannelCredentials) => HealthClient } } };
  };
  const client = new loaded.grpc.health.v1.Health(address, grpc.credentials.createInsecure());
  return new Promise((resolve, reject) => {
    client.check({ service }, (error, reply) => {
      client.close();
      if (error) reject(error);
      else resolve(reply?.status);
    });
  });
}

async function servicesAt(address: string): Promise<string[]> {
  const folder = makeTemporaryDirectory();
  const file = path.join(folder, 'reflection.proto');
  writeFileSync(file, REFLECTION);
  const loaded = grpc.loadPackageDefinition(loadSync(file, { oneofs: true, defaults: true })) as unknown as {
    grpc: {
      reflection: {
        v1: { ServerReflection: new (address: string, credentials: grpc.ChannelCredentials) => ReflectionClient };
      };
    };
  };
  const client = new loaded.grpc.reflection.v1.ServerReflection(address, grpc.credentials.createInsecure());
  const stream = client.ServerReflectionInfo();
  return new Promise((resolve, reject) => {
    stream.on('data', (reply: { listServicesResponse: { service: { name: string }[] } }) => {
      resolve(reply.listServicesResponse.service.map(({ name }) => name));
      stream.end();
      client.close();
    });
    stream.on('error', reject);
    stream.write({ listServices: '*' });
  });
}

describe('what gRPC tools expect', () => {
  it('is there on both listeners: health and reflection', async () => {
    await using cluster = await startCluster();

    const health = [
      await healthOf(cluster.operators, 'roulette.v1.OperatorService'),
      await healthOf(cluster.agents, 'roulette.v1.AgentService'),
    ];
    const services = [await servicesAt(cluster.operators), await servicesAt(cluster.agents)];

    expect(health).toEqual(['SERVING', 'SERVING']);
    expect(services[0]).toContain('roulette.v1.OperatorService');
    expect(services[1]).toContain('roulette.v1.AgentService');
  });
});

describe('two agents of one name', () => {
  it('are not both taken in', async () => {
    await using cluster = await startCluster();
    await cluster.startAgent('twin');

    await using second = connectRawAgent(cluster.agents);
    second.say({ hello: buildHello('twin') });

    await expect(second.until(({ welcome }) => (welcome ?? null) !== null)).rejects.toThrow(
      'another agent is connected as twin',
    );
  });
});
