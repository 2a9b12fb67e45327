/** Runs pieces of work one after the other, in the order they came. */
export class OneAtATime {
  #last: Promise<void> = Promise.resolve();

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }
}
