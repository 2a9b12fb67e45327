import { createInterface } from 'node:readline';
import { openConfiguredS3 } from '@weatherline/adapters/s3/deferred';
import { S3_SETTINGS } from '@weatherline/adapters/settings';
import { RecordsTransformed } from '@weatherline/events';
import { loadConfig, WeatherlineError, type Context } from '@weatherline/runtime';
import { createUpload } from '@weatherline/upload';
import * as v from 'valibot';

/**
 * A program as it runs in a pod, told by lines what to do: its settings, its credentials and its store are made as those
 * of the deployables. It answers each line with one: what came out, or the code of the refusal.
 */
const Order = v.variant('do', [
  v.object({ do: v.literal('get'), key: v.string() }),
  v.object({ do: v.literal('put'), key: v.string() }),
  v.object({ do: v.literal('upload'), event: v.unknown() }),
]);

const ignore = (): void => undefined;
const context: Context = {
  log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  attempt: 1,
  signal: new AbortController().signal,
};
await using store = openConfiguredS3(loadConfig(S3_SETTINGS, process.env));

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(v.parse(Order, JSON.parse(line))).catch((error: unknown) => ({
    refused: error instanceof WeatherlineError ? error.code : String(error),
  }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function obey(order: v.InferOutput<typeof Order>): Promise<object> {
  switch (order.do) {
    case 'get': {
      const found = await store.get(order.key);
      return { bytes: found?.body.length ?? 0 };
    }
    case 'put':
      return store.put(order.key, Buffer.from('tried\n'), { ifNoneMatch: '*', contentType: 'text/plain' });
    case 'upload':
      return createUpload({ store, version: '0.0.0' }).handle(RecordsTransformed.parse(order.event), context);
  }
}
