#!/usr/bin/env node
// The `roulette` command: argv in, exit code out.

import { main } from './program.ts';
import { createTerminal } from './terminal.ts';

const argv = process.argv.slice(2);
process.exitCode = await main(argv, createTerminal({ colour: !argv.includes('--no-color') }), process.env);
