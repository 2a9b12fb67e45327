import { EVENTS, topicOf, type Lane, type Stage } from '@weatherline/events';
import { decodeEvent, type LoggedMessage, type LogReader } from '@weatherline/runtime';
import * as v from 'valibot';
import { LANES } from '../chain-groups.ts';
import { partOf } from './run-letters.ts';

/** What an event of a run says of the stage that emitted it. */
export type RunEvent = {
  readonly stage: Stage;
  readonly lane: Lane;
  /** `00001-of-00002` */
  readonly part: string;
  /** Null = it belongs to no replay. */
  readonly replay: string | null;
  /** When the log took it, unix milliseconds. */
  readonly loggedAt: number;
  /** When the stage began and ended; undefined = its event does not say, as that of trigger. */
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly attempt?: number | undefined;
  readonly mode?: string | undefined;
  readonly outcome?: string | undefined;
};

export type EventsWanted = {
  readonly run: string;
  /** Taken by the log at this instant or later; undefined = from the start. */
  readonly since: Date | undefined;
  readonly definitions?: readonly (typeof EVENTS)[number][];
  readonly lanes?: readonly Lane[];
};

/** Reads the events of one run, of all stages on both lanes; nothing but what is told of them is kept. */
export async function readRunEvents(
  log: Pick<LogReader, 'read'>,
  { run, since, definitions = EVENTS, lanes = LANES }: EventsWanted,
): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for (const definition of definitions) {
    for (const lane of lanes) {
      const messages = log.read(topicOf(definition, lane), since === undefined ? 'earliest' : { time: since });
      for await (const message of messages) {
        const event = eventOf(message, run, definition.stage, lane);
        if (event !== undefined) events.push(event);
      }
    }
  }
  return events.toSorted((one, other) => one.loggedAt - other.loggedAt);
}

const Said = v.looseObject({
  replay: v.optional(v.looseObject({ mode: v.optional(v.string()) })),
  outcome: v.optional(v.string()),
});

function eventOf(message: LoggedMessage, run: string, stage: Stage, lane: Lane): RunEvent | undefined {
  try {
    const attributes = attributesOf(message);
    if (!attributes['subject']?.startsWith(`${run}/`)) return undefined;
    const part = partOf(attributes['subject']);
    if (part === undefined) return undefined;
    const { startedat, endedat, attempt, replayid } = attributes;
    return {
      stage,
      lane,
      part,
      replay: replayid ?? null,
      loggedAt: message.timestamp,
      startedAt: instantOf(startedat),
      endedAt: instantOf(endedat),
      attempt: attempt !== undefined && /^\d{1,6}$/.test(attempt) ? Number(attempt) : undefined,
      ...saidIn(message, stage),
    };
  } catch {
    // What cannot be read is set aside by the stage that it is for, and shows as a dead letter.
    return undefined;
  }
}

/** Our own events say everything in their headers: a megabyte of readings is not parsed to learn when they came. */
function attributesOf(message: LoggedMessage): Readonly<Record<string, string>> {
  if (message.headers['ce_subject'] === undefined) return decodeEvent(message).attributes;
  const attributes = Object.entries(message.headers).map(([name, text]): [string, string] => [
    name.replace(/^ce_/, ''),
    text,
  ]);
  return Object.fromEntries(attributes);
}

/** The data of the first and the last event is short, and says more. */
function saidIn(message: LoggedMessage, stage: Stage): Pick<RunEvent, 'mode' | 'outcome'> {
  if (stage !== 'trigger' && stage !== 'upload') return {};
  const said = v.safeParse(Said, decodeEvent(message).data);
  return said.success ? { mode: said.output.replay?.mode, outcome: said.output.outcome } : {};
}

function instantOf(text: string | undefined): number | undefined {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : at;
}
