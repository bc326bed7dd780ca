// The wire's definitions, loaded once from proto/ and typed by the generated declarations.
// LOADER_OPTIONS and the flags of `npm run proto` must say the same; a test compares them.

import path from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { packageRoot } from '../package-root.ts';
import type { ProtoGrpcType as AgentTypes } from './generated/agent.ts';
import type { ProtoGrpcType as OperatorTypes } from './generated/operator.ts';

/** All 64-bit fields are milliseconds or bytes, below 2^53, so plain numbers hold them. */
export const LOADER_OPTIONS = { longs: Number, enums: String, defaults: true, oneofs: true } as const;

export interface Wire<Types> {
  /** What server reflection shows. */
  readonly definition: PackageDefinition;
  readonly types: Types;
}

function load<Types>(file: string): Wire<Types> {
  const definition = loadSync(`roulette/v1/${file}`, {
    ...LOADER_OPTIONS,
    includeDirs: [path.join(packageRoot(), 'proto')],
  });
  return { definition, types: grpc.loadPackageDefinition(definition) as unknown as Types };
}

export function loadAgentWire(): Wire<AgentTypes> {
  return load<AgentTypes>('agent.proto');
}

export function loadOperatorWire(): Wire<OperatorTypes> {
  return load<OperatorTypes>('operator.proto');
}
