// One logger per process: JSON lines on stdout, where systemd's journal takes them. Children carry fields.

import pino, { type Logger } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export function createLog(program: string, level: LogLevel): Logger {
  return pino({ level, base: { program, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime });
}
