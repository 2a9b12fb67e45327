/** Enough for what is in use, and for what has just been replaced. */
const MANY = 200;

/** The texts that must never be written, newest last: values, tokens, the service account's tokens. */
export class Kept {
  readonly #texts = new Set<string>();

  readonly keep = (text: string): void => {
    this.#texts.delete(text);
    this.#texts.add(text);
    const [oldest] = this.#texts;
    if (this.#texts.size > MANY && oldest !== undefined) this.#texts.delete(oldest);
  };

  readonly all = (): readonly string[] => [...this.#texts];
}
