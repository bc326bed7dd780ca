#!/usr/bin/env node
// The `roulette` command: argv in, exit code out.

import { EXIT } from '../shared/errors.ts';
import { main } from './program.ts';
import { createTerminal } from './terminal.ts';

// Node would exit with 1 after a crash and with 13 when nothing is left to wait for. Both must read as a defect:
// 1 means that a hypothesis was refuted.
process.exitCode = EXIT.internal;
process.on('uncaughtException', (error) => {
  process.stderr.write(`error: ${error.stack ?? error.message}\n`);
  process.exit(EXIT.internal);
});

const argv = process.argv.slice(2);
process.exitCode = await main(argv, createTerminal({ colour: !argv.includes('--no-color') }), process.env);
