import type { S3Client } from '@aws-sdk/client-s3';
import { backoffMs, WeatherlineError, type Clock } from '@weatherline/runtime';
import { AttemptTimeout, failureOf, judge, type Call, type Verdict } from './verdict.ts';

export type Limits = {
  /** Until the connection stands; milliseconds. */
  readonly connectMs: number;
  /** Until a request is answered whole, a small one. */
  readonly requestMs: number;
  /** Granted beyond that for each MiB that is sent or received. */
  readonly mebibyteMs: number;
  /** After this no further attempt of the same operation begins. */
  readonly totalMs: number;
  readonly attempts: number;
  /** Of the back-off between attempts. */
  readonly firstMs: number;
  readonly capMs: number;
};

export const LIMITS: Limits = {
  connectMs: 2_000,
  requestMs: 5_000,
  mebibyteMs: 1_000,
  totalMs: 20_000,
  attempts: 5,
  firstMs: 100,
  capMs: 2_000,
};

export type Attempt = {
  readonly signal: AbortSignal;
  /** Grants time for so many bytes more. */
  readonly allow: (bytes: number) => void;
};

/**
 * Says what a verdict is worth to the operation: a value ends it; undefined leaves it to the rules for all.
 * `isAmbiguous` = an earlier attempt of this same operation may have taken effect.
 */
export type Accept<Result> = (
  verdict: Verdict,
  isAmbiguous: boolean,
) => Promise<{ readonly value: Result } | undefined> | { readonly value: Result } | undefined;

/** The last two are no answers to what was asked, when the operation does not accept them. */
const PASSING: ReadonlySet<Verdict['becomes']> = new Set<Verdict['becomes']>(['retry', 'absent', 'precondition']);
const MEBIBYTE = 1024 * 1024;

/** Tries requests again, within bounds; the SDK's own retries are off because they hide a lost acknowledgement. */
export class Caller {
  readonly #client: S3Client;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(client: S3Client, limits: Limits, clock: Clock, random: () => number) {
    this.#client = client;
    this.#limits = limits;
    this.#clock = clock;
    this.#random = random;
  }

  async run<Result>(
    call: Call,
    work: (attempt: Attempt) => Promise<Result>,
    accept: Accept<Result> = () => undefined,
  ): Promise<Result> {
    const { attempts, totalMs, firstMs, capMs } = this.#limits;
    const begun = performance.now();
    let isAmbiguous = false;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (error instanceof WeatherlineError) throw error;
        const verdict = judge(error);
        const accepted = await accept(verdict, isAmbiguous);
        if (accepted !== undefined) return accepted.value;
        const isLast = tries >= attempts || performance.now() - begun >= totalMs;
        if (isLast || !PASSING.has(verdict.becomes)) throw failureOf(call, verdict);
        isAmbiguous ||= verdict.mayHaveTakenEffect;
        if (verdict.isExpired) await this.#renewCredentials(call);
      }
      await this.#clock.sleep(backoffMs({ firstMs, capMs }, tries - 1, this.#random));
    }
  }

  async #attempt<Result>(work: (attempt: Attempt) => Promise<Result>): Promise<Result> {
    const controller = new AbortController();
    const { promise: expired, reject } = Promise.withResolvers<never>();
    const begun = performance.now();
    let grantedMs = this.#limits.requestMs;
    const expire = (): void => {
      reject(new AttemptTimeout());
      controller.abort();
    };
    let timer = setTimeout(expire, grantedMs);
    const allow = (bytes: number): void => {
      grantedMs += (bytes / MEBIBYTE) * this.#limits.mebibyteMs;
      clearTimeout(timer);
      timer = setTimeout(expire, Math.max(0, grantedMs - (performance.now() - begun)));
    };
    try {
      // The SDK's own promise may wait for a body that nobody reads; ours does not wait for it.
      return await Promise.race([work({ signal: controller.signal, allow }), expired]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The SDK renews by the clock alone; a revoked session is over sooner. */
  async #renewCredentials(call: Call): Promise<void> {
    const renew: (options: { forceRefresh: boolean }) => Promise<unknown> = this.#client.config.credentials;
    try {
      await renew({ forceRefresh: true });
    } catch (error) {
      const verdict = judge(error);
      if (!PASSING.has(verdict.becomes)) throw failureOf(call, verdict);
    }
  }
}
