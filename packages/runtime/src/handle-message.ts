import { InvalidEventData, topicOf, type Chained, type Lane } from '@weatherline/events';
import { backoffMs } from './backoff.ts';
import { deadLetterOf, describe, type DeadLetterReason } from './dead-letter.ts';
import type { FunctionDefinition, Logger } from './define-function.ts';
import { DependencyError, HaltError, PermanentError } from './errors.ts';
import type { HaltSwitch } from './halt-switch.ts';
import type { Lanes } from './lanes.ts';
import { outputOf, type Elsewhere } from './output-of.ts';
import type { Ordeal } from './commit-tracker.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import type { HandleMessage, PartitionWorker } from './partition-worker.ts';
import type { Broker, Clock, LoggedMessage, OutgoingMessage } from './ports.ts';

export type Outcome = 'handled' | 'retried' | 'dead_lettered' | 'halted';

/** Told once for every try of an event. */
export type Observe = (observation: {
  readonly function: string;
  readonly outcome: Outcome;
  readonly durationMs: number;
  readonly ageMs: number;
  readonly topic: string;
  readonly code?: string;
}) => void;

export type HandlerOptions<In extends Chained, Out extends Chained> = {
  readonly broker: Broker;
  readonly definition: FunctionDefinition<In, Out>;
  readonly lane: Lane;
  readonly group: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly halt: HaltSwitch;
  /** A crash takes the whole process: what may have caused one runs alone in the process, not only in its partition. */
  readonly careful: OneAtATime;
  readonly lanes: Lanes;
  readonly observe?: Observe;
  readonly elsewhere?: Elsewhere;
};

export const MAX_ATTEMPTS = 3;
/** A crash is weaker evidence than an error: whatever killed the process may have come from outside (ADR 7). */
export const MAX_CRASHES = 8;
const RETRY_FOR_MS = 6 * 3_600_000;
const DEPENDENCY_BACKOFF = { firstMs: 200, capMs: 10_000 };
const UNKNOWN_BACKOFF = { firstMs: 500, capMs: 5_000 };

type Verdict = { readonly settled: boolean };
const SETTLED: Verdict = { settled: true };
const AGAIN: Verdict = { settled: false };

/** The life of one message: decode, try, and do what the error's disposition says until it is settled. */
export function createMessageHandler<In extends Chained, Out extends Chained>(
  options: HandlerOptions<In, Out>,
): HandleMessage {
  const { lane, lanes, clock } = options;
  return async (message, worker) => {
    if (lane === 'replay') await lanes.startReplay(clock, worker.signal);
    using _ = lane === 'live' ? lanes.holdLive(clock) : undefined;
    const life = new MessageLife(options, message, worker);
    try {
      while (!worker.signal.aborted) {
        // The prober passes the closed switch that everybody else waits at.
        if (!life.probing) await options.halt.open(worker.signal);
        if (worker.signal.aborted) return false;
        if ((await life.attempt()).settled) return true;
      }
      return false;
    } catch (error) {
      // A wait that was cut short: the event stays where it is and is handled by the next owner.
      if (worker.signal.aborted) return false;
      throw error;
    } finally {
      // A prober that goes away hands the probe to whoever comes next.
      life.stopProbing();
    }
  };
}

class MessageLife<In extends Chained, Out extends Chained> {
  readonly #options: HandlerOptions<In, Out>;
  readonly #message: LoggedMessage;
  readonly #worker: PartitionWorker;
  probing = false;
  #tries = 0;

  constructor(options: HandlerOptions<In, Out>, message: LoggedMessage, worker: PartitionWorker) {
    this.#options = options;
    this.#message = message;
    this.#worker = worker;
  }

  async attempt(): Promise<Verdict> {
    const { clock, careful } = this.#options;
    const { tracker } = this.#worker;
    const { offset } = this.#message;
    const before = tracker.ordealOf(offset);
    const crashes = before.crashes ?? 0;
    if (crashes >= MAX_CRASHES) {
      const error = new PermanentError('ATTEMPTS_EXHAUSTED', `the process died ${crashes} times handling it`);
      return this.#setAside(error, 'poison', crashes);
    }
    const attempt = before.attempts + 1;
    const startedAt = clock.now();
    try {
      if (this.#worker.isCareful(offset)) await careful.run(async () => this.#carefully(before, startedAt));
      else await this.#handle(attempt, startedAt);
      this.stopProbing('consumption resumed');
      this.#observe('handled', startedAt);
      return SETTLED;
    } catch (error) {
      if (this.#worker.signal.aborted) {
        tracker.setOrdeal(offset, before);
        return AGAIN;
      }
      return this.#settle(error, attempt, startedAt);
    }
  }

  /** Its start is committed first; that it came back is committed before any other may start. */
  async #carefully(before: Ordeal, startedAt: Date): Promise<void> {
    const { tracker } = this.#worker;
    const { offset } = this.#message;
    this.#worker.signal.throwIfAborted();
    tracker.setOrdeal(offset, { ...before, crashes: (before.crashes ?? 0) + 1 });
    try {
      await this.#worker.commitNow();
    } catch (error) {
      // It has not started: a broker that takes no commits is no crash.
      tracker.setOrdeal(offset, before);
      throw error;
    }
    try {
      await this.#handle(before.attempts + 1, startedAt);
      tracker.complete(offset);
    } finally {
      // It came back, whatever became of it: the crashes before were not its doing.
      tracker.setOrdeal(offset, tracker.isDone(offset) ? { attempts: 0 } : { ...before, crashes: 0 });
      await this.#worker.commitNow();
    }
  }

  async #handle(attempt: number, startedAt: Date): Promise<void> {
    const { definition, log, clock, broker, lane } = this.#options;
    const handling = { startedAt, attempt, log, clock, signal: this.#worker.signal };
    const emitted =
      (await this.#options.elsewhere?.(this.#message, handling)) ??
      (await outputOf(definition, this.#message, handling));
    await this.#publish(topicOf(definition.emits, lane), emitted, broker);
    log.info('event handled', {
      ...this.#place(),
      run_id: emitted.headers['ce_correlationid'],
      event_id: emitted.headers['ce_causationid'],
      event_type: definition.accepts.type,
      trace_id: emitted.headers['traceparent']?.split('-')[1],
      attempt,
      outcome: 'handled',
      duration_ms: clock.now().getTime() - startedAt.getTime(),
    });
  }

  async #settle(error: unknown, attempt: number, startedAt: Date): Promise<Verdict> {
    const { tracker } = this.#worker;
    const { offset } = this.#message;
    if (error instanceof HaltError) return this.#halt(error, startedAt);
    this.stopProbing('consumption resumed');
    if (error instanceof DependencyError) return this.#retry(error, startedAt);
    if (error instanceof PermanentError || error instanceof InvalidEventData) {
      return this.#setAside(error, 'permanent', attempt);
    }
    tracker.setOrdeal(offset, { ...tracker.ordealOf(offset), attempts: attempt });
    await this.#worker.commitNow();
    if (attempt >= MAX_ATTEMPTS) return this.#setAside(error, 'poison', attempt);
    this.#logRetry(error, attempt, 'warn');
    this.#observe('retried', startedAt, describe(error).code);
    await this.#wait(backoffMs(UNKNOWN_BACKOFF, attempt, this.#options.random));
    return AGAIN;
  }

  async #halt(error: HaltError, startedAt: Date): Promise<Verdict> {
    const { halt, log } = this.#options;
    this.#observe('halted', startedAt, error.code);
    const first = halt.halt(error);
    if (first) {
      this.probing = true;
      log.error('consumption halted', { ...this.#place(), code: error.code, detail: error.message });
    }
    if (this.probing) await halt.untilProbe(this.#worker.signal);
    return AGAIN;
  }

  stopProbing(message?: 'consumption resumed'): void {
    if (!this.probing) return;
    this.probing = false;
    if (message !== undefined) this.#options.log.info(message, this.#place());
    this.#options.halt.resume();
  }

  async #retry(error: DependencyError, startedAt: Date): Promise<Verdict> {
    const { clock, random } = this.#options;
    const { tracker } = this.#worker;
    const { offset } = this.#message;
    const ordeal = tracker.ordealOf(offset);
    const failingSince = ordeal.failingSince ?? clock.now().getTime();
    tracker.setOrdeal(offset, { ...ordeal, failingSince });
    if (clock.now().getTime() - failingSince > RETRY_FOR_MS) {
      return this.#setAside(error, 'expired-retry', ordeal.attempts + 1);
    }
    this.#logRetry(error, ordeal.attempts + 1, this.#tries === 0 ? 'warn' : 'debug');
    this.#observe('retried', startedAt, error.code);
    const delay = error.retryAfterMs ?? backoffMs(DEPENDENCY_BACKOFF, this.#tries, random);
    this.#tries += 1;
    await this.#wait(delay);
    return AGAIN;
  }

  async #setAside(error: unknown, kind: DeadLetterReason['class'], attempts: number): Promise<Verdict> {
    const { definition, group, log, clock, broker } = this.#options;
    const { code, message } = describe(error);
    const reason = { class: kind, code, message, stage: definition.name, group, attempts, at: clock.now() };
    const letter = deadLetterOf(this.#message, reason);
    // The dead letter is this event's effect: nothing is committed before it is durable.
    for (let tries = 0; ; tries += 1) {
      try {
        await broker.publish(letter.topic, [letter.message]);
        break;
      } catch (cause) {
        log.error('dead letter not written', { ...this.#place(), err: cause });
        await this.#wait(backoffMs(DEPENDENCY_BACKOFF, tries, this.#options.random));
      }
    }
    this.stopProbing('consumption resumed');
    log.error('event dead-lettered', {
      ...this.#place(),
      ...eventFields(this.#message.headers),
      code,
      detail: message,
      attempt: attempts,
      outcome: 'dead_lettered',
    });
    this.#observe('dead_lettered', clock.now(), code);
    return SETTLED;
  }

  async #publish(topic: string, message: OutgoingMessage, broker: Broker): Promise<void> {
    await broker.publish(topic, [message]);
  }

  async #wait(ms: number): Promise<void> {
    await this.#worker.holding(async () => this.#options.clock.sleep(ms, this.#worker.signal));
  }

  #logRetry(error: unknown, attempt: number, level: 'warn' | 'debug'): void {
    const known = error instanceof DependencyError;
    const { code, message } = describe(error);
    this.#options.log[level]('event retried', {
      ...this.#place(),
      code,
      detail: message,
      attempt,
      outcome: 'retried',
      ...(known ? {} : { err: error }),
    });
  }

  #observe(outcome: Outcome, startedAt: Date, code?: string): void {
    const now = this.#options.clock.now().getTime();
    this.#options.observe?.({
      function: this.#options.definition.name,
      outcome,
      durationMs: now - startedAt.getTime(),
      ageMs: now - this.#message.timestamp,
      topic: this.#message.topic,
      ...(code === undefined ? {} : { code }),
    });
  }

  #place(): Record<string, unknown> {
    const { topic, partition, offset } = this.#message;
    return { function: this.#options.definition.name, topic, partition, offset };
  }
}

function eventFields(headers: OutgoingMessage['headers']): Record<string, unknown> {
  return {
    run_id: headers['ce_correlationid'],
    event_id: headers['ce_id'],
    event_type: headers['ce_type'],
    trace_id: headers['ce_traceparent']?.split('-')[1],
  };
}
