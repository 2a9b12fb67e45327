import type { Chained, EventDefinition } from '@weatherline/events';

export type Fields = Readonly<Record<string, unknown>>;

/** Constant, lower-case, past-tense messages; everything variable goes into fields. */
export type Logger = {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
};

export type Context = {
  /** Carries the run, event and trace ids on every line. */
  readonly log: Logger;
  /** Aborts when the process is told to stop, the partition is taken away, or the event's time is up. */
  readonly signal: AbortSignal;
  /** Counts from 1. */
  readonly attempt: number;
};

export type FunctionDefinition<In extends Chained, Out extends Chained> = {
  readonly name: string;
  readonly accepts: EventDefinition<In>;
  readonly emits: EventDefinition<Out>;
  /** Event in, event out; never sees Kafka, HTTP, offsets or retries. */
  readonly handle: (data: In, context: Context) => Out | Promise<Out>;
  /** How long one handling may take; default 5 minutes. */
  readonly timeoutMs?: number;
};

/** Ties a handler to the event it accepts and the event it emits; the types follow from those. */
export function defineFunction<In extends Chained, Out extends Chained>(
  definition: FunctionDefinition<In, Out>,
): FunctionDefinition<In, Out> {
  return Object.freeze(definition);
}
