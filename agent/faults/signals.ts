import { constants } from 'node:os';

/** A signal's name without SIG, as a parameter has it, as Node names it. Throws for what the kernel does not know. */
export function toSignal(name: unknown): NodeJS.Signals {
  const wanted = `SIG${String(name)}`;
  if (!isSignal(wanted)) throw new RangeError(`there is no signal ${wanted}`);
  return wanted;
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name);
}
