import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPatience, GIVE_UP_AFTER_MS } from '../../cli/patience.ts';
import { coordinatorAddress } from '../../cli/settings.ts';
import { RouletteError } from '../../shared/errors.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function writeConfig(text: string): string {
  const file = path.join(makeTemporaryDirectory(), 'config.yaml');
  writeFileSync(file, text);
  return file;
}

const CONTEXTS =
  "current: one\ncontexts: { one: { coordinator: '127.0.0.1:1' }, two: { coordinator: '127.0.0.1:2' } }\n";

describe('the coordinator that is meant', () => {
  it('is the option, a named context, the environment, the current context, loopback, in this order', () => {
    const ROULETTE_CONFIG = writeConfig(CONTEXTS);
    const both = { ROULETTE_CONFIG, ROULETTE_COORDINATOR: '127.0.0.1:3' };

    expect([
      coordinatorAddress({ coordinator: '127.0.0.1:4', context: 'two' }, both),
      coordinatorAddress({ context: 'two' }, both),
      coordinatorAddress({}, both),
      coordinatorAddress({}, { ROULETTE_CONFIG }),
      coordinatorAddress({}, { ROULETTE_CONFIG: '/nowhere/config.yaml' }),
    ]).toEqual(['127.0.0.1:4', '127.0.0.1:2', '127.0.0.1:3', '127.0.0.1:1', '127.0.0.1:7400']);
  });

  it.each(['three', 'constructor', '__proto__'])('is not guessed for the unknown context %s', (context) => {
    const ROULETTE_CONFIG = writeConfig(CONTEXTS);

    expect(() => coordinatorAddress({ context }, { ROULETTE_CONFIG })).toThrow(`there is no context ${context}`);
  });

  it('is not guessed when the file is wrong or cannot be read', () => {
    const folder = path.join(makeTemporaryDirectory(), 'config.yaml');
    mkdirSync(folder);

    expect(() => coordinatorAddress({}, { ROULETTE_CONFIG: writeConfig('curent: one\n') })).toThrow(
      /config\.yaml:1:1/u,
    );
    expect(() => coordinatorAddress({}, { ROULETTE_CONFIG: folder })).toThrow(`cannot read ${folder}`);
  });
});

describe('patience with a coordinator', () => {
  const away = new RouletteError('RPC_UNREACHABLE', 'gone');

  it('lasts for its time from the first miss on, and begins again when it was heard', () => {
    let now = 0;
    const patience = createPatience(() => now);

    const first = patience.missed(away);
    now = GIVE_UP_AFTER_MS;
    const again = patience.missed(away);
    patience.heard();
    now = 2 * GIVE_UP_AFTER_MS;
    const afresh = patience.missed(away);
    now = 3 * GIVE_UP_AFTER_MS + 1;

    expect([first, again, afresh]).toEqual([true, false, true]);
    expect(() => patience.missed(away)).toThrow(away);
  });

  it('has none with an answer that is an error', () => {
    const refused = new RouletteError('RUN_NOT_FOUND', 'there is no run');

    expect(() => createPatience(() => 0).missed(refused)).toThrow(refused);
  });
});
