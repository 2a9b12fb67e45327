import { EVENTS, topicOf } from '@weatherline/events';
import { EXIT, stopOnSignals, systemClock, TOPICS } from '@weatherline/runtime';
import { LANES } from '../chain-groups.ts';
import { Failure } from '../failure.ts';
import { openInstallation } from '../installation.ts';
import { instantOf } from '../instant.ts';
import { columnsOf, type Output } from '../output.ts';
import { maskedHeaders, plainText } from '../plain-text.ts';
import { Tail, type TailedEvent } from '../tail.ts';
import { packed } from '../text-width.ts';
import { slotOf } from '../runs/slot.ts';

export type TailOptions = {
  readonly data: string;
  readonly topic?: string;
  readonly type?: string;
  readonly run?: string;
  readonly since?: string;
  readonly follow?: boolean;
  readonly limit: number;
};

const LOOK_EVERY_MS = 500;

/** Events in the order of time: a line each for people, whole ones for programs. */
export async function tailEvents(options: TailOptions, output: Output): Promise<number> {
  const { data, topic, type, run, since, follow = false, limit } = options;
  const topics = topicsOf(topic);
  const filter = {
    ...(type === undefined ? {} : { type: typeOf(type) }),
    ...(run === undefined ? {} : { run: slotOf(run) }),
    ...(since === undefined ? {} : { since: instantOf('--since', since, systemClock.now()) }),
  };
  await using resources = new AsyncDisposableStack();
  const { log } = await openInstallation(data, output, resources);
  const show = (event: TailedEvent): void => output.print(output.json ? wholeOf(event) : lineOf(event));
  const tail = new Tail(log, topics, filter);
  const { events, leftOut } = await tail.first(limit);
  if (leftOut > 0) output.say(`the newest ${limit}; ${leftOut} older are left out: --limit shows more`);
  events.forEach(show);
  if (!follow) return EXIT.ok;
  const { signal } = resources.use(stopOnSignals(process));
  while (!signal.aborted) {
    await systemClock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    if (!signal.aborted) (await tail.more()).forEach(show);
  }
  return EXIT.ok;
}

function topicsOf(topic: string | undefined): readonly string[] {
  if (topic === undefined) return EVENTS.flatMap((event) => LANES.map((lane) => topicOf(event, lane)));
  const names = TOPICS.map(({ name }) => name);
  if (names.includes(topic)) return [topic];
  throw new Failure(EXIT.usage, `--topic: expected one of ${names.join(', ')}, got '${topic}'`);
}

/** A type may be typed without what all of them begin with; one that does not exist would match nothing, silently. */
function typeOf(text: string): string {
  const types = EVENTS.map(({ type }) => type).concat('dev.weatherline.dead.letter.v1');
  const found = types.find((type) => type === text || type === `dev.weatherline.${text}`);
  if (found !== undefined) return found;
  throw new Failure(EXIT.usage, `--type: expected one of ${types.join(', ')}, got '${text}'`);
}

function lineOf({ message, attributes, problem }: TailedEvent): string {
  const { timestamp, topic, partition, offset, value } = message;
  const { type = '-', id = '-' } = attributes;
  const cells = [
    new Date(timestamp).toISOString(),
    type.replace('dev.weatherline.', '').padEnd(22),
    id,
    `${topic}/${partition}/${offset}`,
    `${value?.length ?? 0} bytes`,
    ...(problem === undefined ? [] : [`no event: ${problem}`]),
  ];
  return packed(cells.map(plainText), columnsOf(process.stdout));
}

/** The event in structured JSON on one line; where it lies is told as attributes, which `events send` leaves out again. */
function wholeOf({ message, attributes, data, problem }: TailedEvent): string {
  const { topic, partition, offset, timestamp } = message;
  return JSON.stringify({
    ...maskedHeaders(attributes),
    data,
    topic,
    partition,
    offset,
    loggedat: new Date(timestamp).toISOString(),
    ...(problem === undefined ? {} : { problem }),
  });
}
