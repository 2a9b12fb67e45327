import { duration } from '@weatherline/runtime';
import type { Output } from '../output.ts';
import { openOwned } from '../session.ts';
import { upOnce, upServe } from '../up.ts';

export type UpOptions = { readonly data: string; readonly once?: boolean; readonly timeout: string };

/** The whole of weatherline in this process, until it is told to stop; or one slot of it. */
export async function up(options: UpOptions, output: Output): Promise<number> {
  const timeoutMs = duration(options.timeout);
  await using resources = new AsyncDisposableStack();
  const ports = await openOwned(options.data, output, resources);
  return options.once === true ? await upOnce(ports, timeoutMs) : await upServe(ports, resources);
}
