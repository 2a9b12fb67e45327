import type { Chained } from '@weatherline/events';
import type { Fields, FunctionDefinition, Logger } from './define-function.ts';
import type { Clock } from './ports.ts';

const DEFAULT_TIMEOUT_MS = 5 * 60_000;
/** How long a handler may go on after the process or the partition was asked to leave. */
const DRAIN_MS = 8_000;

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
  { name, handle, timeoutMs = DEFAULT_TIMEOUT_MS }: FunctionDefinition<In, Out>,
  data: In,
  { log, event, attempt, clock, signal }: Invocation,
): Promise<Out> {
  const deadline = new AbortController();
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
  try {
    const drain = (): void => {
      clock.sleep(DRAIN_MS, done.signal).then(
        () => deadline.abort(signal.reason),
        () => undefined,
      );
    };
    if (signal.aborted) drain();
    else signal.addEventListener('abort', drain, { once: true, signal: done.signal });
    const context = { log: withFields(log, event), attempt, signal: deadline.signal };
    return await Promise.race([Promise.resolve(handle(data, context)), late]);
  } finally {
    done.abort();
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
