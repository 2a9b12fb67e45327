import { InvalidEventData, type Chained } from '@weatherline/events';
import type { Envelope } from './codec.ts';
import type { FunctionDefinition } from './define-function.ts';
import { PermanentError } from './errors.ts';

/** The data of an event that a function accepts, typed; throws a PermanentError that names every violation. */
export function parseData<In extends Chained, Out extends Chained>(
  { accepts }: FunctionDefinition<In, Out>,
  { attributes, data }: Envelope,
): In {
  if (attributes.type !== accepts.type) {
    throw new PermanentError('UNKNOWN_EVENT_TYPE', `expected ${accepts.type}, got ${attributes.type}`);
  }
  try {
    return accepts.parse(data);
  } catch (error) {
    if (!(error instanceof InvalidEventData)) throw error;
    throw new PermanentError('INVALID_EVENT_DATA', error.message, { cause: error });
  }
}
