import type { Chained } from '@weatherline/events';
import type { Fields, FunctionDefinition, Logger } from './define-function.ts';
import type { Clock } from './ports.ts';

const DEFAULT_TIMEOUT_MS = 5 * 60_000;
/** How long a handler may go on after the process or the partition was asked to leave. */
const DRAIN_MS = 8_000;

/** Why a timer is cancelled; made once, because an error is dear. */
const DONE = new Error('the handler came back');

/** The handler did not come back in time. An unknown error: it uses an attempt. */
export class HandlerTimeout extends Error {
  override readonly name = 'HandlerTimeout';
}

type Invocation = {
  readonly log: Logger;
  readonly event: Fields;
  readonly attempt: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

/** Calls a handler with its context and a deadline; a handler that ignores its signal is left behind. */
export async function invoke<In extends Chained, Out extends Chained>(
  definition: FunctionDefinition<In, Out>,
  data: In,
  invocation: Invocation,
): Promise<Out> {
  const { log, event, attempt } = invocation;
  const deadline = new AbortController();
  const answer = definition.handle(data, { log: withFields(log, event), attempt, signal: deadline.signal });
  // What came back at once was never late: timers and listeners would cost more than the rest of the runtime.
  return answer instanceof Promise ? inTime(definition, answer, deadline, invocation) : answer;
}

async function inTime<In extends Chained, Out extends Chained>(
  { name, timeoutMs = DEFAULT_TIMEOUT_MS }: FunctionDefinition<In, Out>,
  answer: Promise<Out>,
  deadline: AbortController,
  { clock, signal }: Invocation,
): Promise<Out> {
  const done = new AbortController();
  const late = clock.sleep(timeoutMs, done.signal).then(
    () => {
      const error = new HandlerTimeout(`${name}: no answer within ${timeoutMs} ms`);
      deadline.abort(error);
      throw error;
    },
    // The sleep was cancelled because the handler came back.
    async () => new Promise<never>(() => {}),
  );
  const drain = (): void => {
    clock.sleep(DRAIN_MS, done.signal).then(
      () => deadline.abort(signal.reason),
      () => undefined,
    );
  };
  try {
    if (signal.aborted) drain();
    else signal.addEventListener('abort', drain, { once: true });
    return await Promise.race([answer, late]);
  } finally {
    signal.removeEventListener('abort', drain);
    done.abort(DONE);
  }
}

function withFields(log: Logger, extra: Fields): Logger {
  return {
    debug: (message, fields) => log.debug(message, { ...extra, ...fields }),
    info: (message, fields) => log.info(message, { ...extra, ...fields }),
    warn: (message, fields) => log.warn(message, { ...extra, ...fields }),
    error: (message, fields) => log.error(message, { ...extra, ...fields }),
  };
}
