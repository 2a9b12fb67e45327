import * as v from 'valibot';
import { quickParserOf } from './quick-check.ts';
import { partName, type Part, type Replay, type Run } from './run.ts';

export type Lane = 'live' | 'replay';

/** What every event's data carries. */
export type Chained = { readonly run: Run; readonly part: Part; readonly replay?: Replay | undefined };

export type Stage = 'trigger' | 'fetch' | 'transform' | 'upload';

/** What one kind of event is called, which topic carries it, who makes it and what its data looks like. */
export type EventDefinition<Data extends Chained = Chained> = {
  readonly type: string;
  readonly topic: string;
  /** The stage that emits it: the last segment of the event's id and source. */
  readonly stage: Stage;
  readonly schema: v.GenericSchema<unknown, Data>;
  /** Returns the data typed, or throws {@link InvalidEventData} naming every violation. */
  readonly parse: (data: unknown) => Data;
  /** The instant the event is about, RFC 3339. */
  readonly timeOf: (data: Data) => string;
  readonly expiryOf: (data: Data) => string | undefined;
  readonly idOf: (data: Data) => string;
};

/** Data that does not match its event's schema. */
export class InvalidEventData extends Error {
  override readonly name = 'InvalidEventData';
  readonly violations: readonly string[];

  constructor(type: string, violations: readonly string[]) {
    super(`${type}: ${violations.join('; ')}`);
    this.violations = violations;
  }
}

type Definition<Data extends Chained> = {
  readonly type: `dev.weatherline.${string}.v${number}`;
  readonly topic: `weatherline.${string}`;
  readonly stage: Stage;
  readonly schema: v.GenericSchema<unknown, Data>;
  readonly time: (data: Data) => string;
  readonly expiry?: (data: Data) => string;
  readonly revision?: (data: Data) => number;
};

export function defineEvent<Data extends Chained>(definition: Definition<Data>): EventDefinition<Data> {
  const { type, topic, stage, schema, time, expiry, revision } = definition;
  const parsed = quickParserOf(schema);
  return Object.freeze({
    type,
    topic,
    stage,
    schema,
    timeOf: time,
    expiryOf: (data: Data) => expiry?.(data),
    idOf: (data: Data) =>
      `${data.run.id}/${partName(data.part)}/${stage}${revision === undefined ? '' : `/r${revision(data)}`}`,
    parse(data: unknown): Data {
      const { output, issues } = parsed(data);
      if (issues !== undefined) throw new InvalidEventData(type, issues.map(violation));
      return output;
    },
  });
}

function violation(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${issue.message}`;
}

/** The topic of a lane; `lane` replay has topics of its own so that a backfill never delays a live run. */
export function topicOf(definition: Pick<EventDefinition, 'topic'>, lane: Lane): string {
  return lane === 'live' ? definition.topic : `${definition.topic}.replay`;
}

/** Where the dead letters of a topic go. */
export function deadLetterTopicOf(topic: string): string {
  return `${topic}.dlq`;
}

/** The consumer group of a function on a lane. */
export function groupOf(functionName: string, lane: Lane): string {
  return lane === 'live' ? `weatherline.${functionName}` : `weatherline.${functionName}.replay`;
}
