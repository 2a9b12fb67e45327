import { createReadStream } from 'node:fs';
import { topicOf, type Lane } from '@weatherline/events';
import { duration, EXIT } from '@weatherline/runtime';
import { checkEvent, MAX_FILE_BYTES } from '../event-file.ts';
import { Failure } from '../failure.ts';
import { openInstallation } from '../installation.ts';
import type { Output } from '../output.ts';
import { plainLine } from '../plain-text.ts';
import { readWhole } from '../read-whole.ts';
import type { EventSent } from '../results/events.ts';

export type SendOptions = { readonly data: string; readonly lane: Lane; readonly timeout: string };

/** Publishes one event to the topic of its type, if it is as its schema and the catalogue have it. */
export async function sendEvent(file: string, options: SendOptions, output: Output): Promise<number> {
  const { data, lane, timeout } = options;
  const timeoutMs = duration(timeout);
  const checked = checkEvent(
    await readWhole(file, file === '-' ? process.stdin : createReadStream(file), MAX_FILE_BYTES),
  );
  if (!('message' in checked)) {
    const lines = checked.violations.map((violation) => `\n  ${plainLine(violation, 1000)}`);
    throw new Failure(EXIT.usage, `${file === '-' ? 'the event' : file} is not sent:${lines.join('')}`);
  }
  const { definition, message } = checked;
  const topic = topicOf(definition, lane);
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(data, output, resources);
  await installation.publish(topic, [message]);
  const sent: EventSent = { id: message.headers['ce_id'] ?? '', type: definition.type, topic, key: message.key };
  output.result(sent, ({ id }) => `sent  ${id}  to ${topic}`);
  await installation.finish(timeoutMs);
  return EXIT.ok;
}
