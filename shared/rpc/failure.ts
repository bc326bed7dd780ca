// Errors across the wire: the code travels in metadata and is never read out of a text.

import * as grpc from '@grpc/grpc-js';
import { ERRORS, RouletteError, isErrorCode, messageOf } from '../errors.ts';

const CODE_KEY = 'roulette-code';

/** What a handler hands to grpc-js for anything that was thrown. */
export function toStatus(error: unknown): grpc.StatusObject {
  const code = error instanceof RouletteError ? error.code : 'INTERNAL';
  const metadata = new grpc.Metadata();
  metadata.set(CODE_KEY, code);
  return { code: grpc.status[ERRORS[code].grpc], details: messageOf(error), metadata };
}

/** What a caller throws for anything that grpc-js reports. */
export function fromStatus(error: grpc.ServiceError, address: string): RouletteError {
  const code = error.metadata.get(CODE_KEY)[0];
  if (typeof code === 'string' && isErrorCode(code)) return new RouletteError(code, error.details, { cause: error });
  if (error.code === grpc.status.UNAVAILABLE || error.code === grpc.status.DEADLINE_EXCEEDED) {
    return new RouletteError('RPC_UNREACHABLE', `no coordinator answers at ${address}: ${error.details}`, {
      cause: error,
    });
  }
  return new RouletteError('INTERNAL', `${grpc.status[error.code]}: ${error.details}`, { cause: error });
}
