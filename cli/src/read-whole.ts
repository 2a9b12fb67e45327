import { EXIT } from '@weatherline/runtime';
import { Failure } from './failure.ts';

/** All that a source gives, up to so many bytes; what is larger is a mistake, and what cannot be read is named. */
export async function readWhole(name: string, source: AsyncIterable<unknown>, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of source) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > mostBytes) throw new Failure(EXIT.usage, `${name}: expected at most ${mostBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(EXIT.notFound, `${name} cannot be read: ${why}`, { cause });
  }
  return Buffer.concat(chunks);
}
