// Wakes those who wait for something new under a key.

export interface Change {
  /** Resolves at the next note under the key after the waiting began, or when the signal aborts. */
  readonly happened: Promise<void>;
  /** To be called when nobody waits any more. */
  readonly forget: () => void;
}

export class Changes<Key> {
  readonly #waiting = new Map<Key, Set<() => void>>();

  note(key: Key): void {
    for (const wake of this.#waiting.get(key) ?? []) wake();
  }

  wait(key: Key, signal: AbortSignal): Change {
    const waiting = this.#waiting.get(key) ?? new Set<() => void>();
    this.#waiting.set(key, waiting);
    const controller = new AbortController();
    const wake = (): void => controller.abort();
    waiting.add(wake);
    signal.addEventListener('abort', wake);
    return {
      happened: new Promise((resolve) => {
        controller.signal.addEventListener('abort', () => resolve(), { once: true });
      }),
      forget: () => {
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (waiting.size === 0) this.#waiting.delete(key);
      },
    };
  }
}
