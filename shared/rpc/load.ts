// The wire's definitions, loaded once from proto/ and typed by the generated declarations.
// LOADER_OPTIONS and the flags of `npm run proto` must say the same; a test compares them.

import { existsSync } from 'node:fs';
import path from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import type { ProtoGrpcType as AgentTypes } from './generated/agent.ts';
import type { ProtoGrpcType as OperatorTypes } from './generated/operator.ts';

/** All 64-bit fields are milliseconds or bytes, below 2^53, so plain numbers hold them. */
export const LOADER_OPTIONS = { longs: Number, enums: String, defaults: true, oneofs: true } as const;

/** Runs from the sources and from dist/, so the folder is looked for upwards. */
function protoFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'proto', 'roulette', 'v1'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`no proto/roulette/v1 above ${import.meta.dirname}`);
    folder = parent;
  }
  return path.join(folder, 'proto');
}

export interface Wire<Types> {
  /** What server reflection shows. */
  readonly definition: PackageDefinition;
  readonly types: Types;
}

function load<Types>(file: string): Wire<Types> {
  const definition = loadSync(`roulette/v1/${file}`, { ...LOADER_OPTIONS, includeDirs: [protoFolder()] });
  return { definition, types: grpc.loadPackageDefinition(definition) as unknown as Types };
}

export function loadAgentWire(): Wire<AgentTypes> {
  return load<AgentTypes>('agent.proto');
}

export function loadOperatorWire(): Wire<OperatorTypes> {
  return load<OperatorTypes>('operator.proto');
}
