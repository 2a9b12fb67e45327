import type { Chained } from '@weatherline/events';
import { decodeEvent, encodeEvent, envelopeOf } from './codec.ts';
import type { FunctionDefinition, Logger } from './define-function.ts';
import { invoke } from './invoke.ts';
import { parseData } from './parse-data.ts';
import type { Clock, LoggedMessage, OutgoingMessage } from './ports.ts';

/** One handling of an event. */
export type Handling = {
  readonly startedAt: Date;
  readonly attempt: number;
  readonly log: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

/**
 * Makes the output of an event somewhere else than in this thread: bytes in, bytes out. Undefined = it could not; then it
 * is made here, which also finds out why. Only for functions that do nothing else.
 */
export type Elsewhere = (
  message: Pick<LoggedMessage, 'value' | 'headers'>,
  handling: Pick<Handling, 'startedAt' | 'attempt' | 'signal'>,
) => Promise<OutgoingMessage | undefined>;

/** What a function makes of a message: decoded, checked, handled, encoded. */
export async function outputOf<In extends Chained, Out extends Chained>(
  definition: FunctionDefinition<In, Out>,
  message: Pick<LoggedMessage, 'value' | 'headers'>,
  { startedAt, attempt, log, clock, signal }: Handling,
): Promise<OutgoingMessage> {
  const { attributes, data: unchecked } = decodeEvent(message);
  const data = parseData(definition, { attributes, data: unchecked });
  const event = { run_id: data.run.id, event_id: attributes.id, attempt };
  const output = await invoke(definition, data, { log, event, attempt, clock, signal });
  const stamps = { startedAt, endedAt: clock.now(), attempt };
  return encodeEvent(envelopeOf(definition.emits, output, { attributes, stamps }));
}
