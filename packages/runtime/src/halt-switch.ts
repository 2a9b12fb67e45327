import type { Clock } from './ports.ts';

/**
 * Stops a whole consumer while no event can succeed.
 *
 * The first event that hits the cause probes it, alone, every `probeMs`; all others wait until it gets through.
 */
export class HaltSwitch {
  readonly #clock: Clock;
  readonly #probeMs: number;
  #cause: unknown;
  #halted = false;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock, probeMs: number) {
    this.#clock = clock;
    this.#probeMs = probeMs;
  }

  /** Why the consumer is halted; undefined = it is not. */
  get cause(): unknown {
    return this.#halted ? (this.#cause ?? 'halted') : undefined;
  }

  /** True for the one event that is to probe. */
  halt(cause: unknown): boolean {
    const first = !this.#halted;
    this.#halted = true;
    this.#cause = cause;
    return first;
  }

  async untilProbe(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(this.#probeMs, signal);
  }

  resume(): void {
    this.#halted = false;
    this.#cause = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves at once unless halted; then when resumed, or when the signal aborts. */
  async open(signal: AbortSignal): Promise<void> {
    while (this.#halted && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}
