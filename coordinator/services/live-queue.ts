// A queue between one producer that never waits and one reader that iterates: it takes from the moment it is
// made, so that nothing is missed between reading the past and following the present.

export class LiveQueue<T> implements AsyncIterable<T> {
  #items: T[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  push(items: readonly T[]): void {
    if (this.#ended) return;
    this.#items.push(...items);
    this.#wake();
  }

  /** What is queued can still be read. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const items = this.#items;
      this.#items = [];
      yield* items;
      if (this.#items.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
