import type { LoggedMessage } from '@weatherline/runtime';
import type { IHeaders, KafkaMessage } from 'kafkajs';

/** A record as kafkajs hands it over. Headers are text; of a repeated header the last one counts. */
export function loggedMessage(topic: string, partition: number, message: KafkaMessage): LoggedMessage {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key?.toString() ?? '',
    value: message.value,
    headers: headersOf(message.headers ?? {}),
  };
}

function headersOf(headers: IHeaders): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined && last !== null) text[name] = last.toString();
  }
  return text;
}
