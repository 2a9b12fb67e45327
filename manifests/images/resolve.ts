import { parseArgs } from 'node:util';
import { Repository } from './registry.ts';
import { readVersions, UNRESOLVED, VERSIONS_FILE, writeVersions, type Pin } from './versions.ts';

export const PLATFORMS: readonly string[] = ['linux/amd64', 'linux/arm64'];

export type Resolved = { readonly pin: Pin; readonly before: string; readonly problem?: string };

/** Asks each registry what the tags name now; a pin that cannot be resolved stays as it was. */
export async function resolvePins(pins: readonly Pin[]): Promise<readonly Resolved[]> {
  return Promise.all(
    pins.map(async (pin) => {
      try {
        const digest = await new Repository(pin.image).resolve(pin.tag, PLATFORMS);
        return { pin: { ...pin, digest }, before: pin.digest };
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
        return {
          pin,
          before: pin.digest,
          problem: `${error instanceof Error ? error.message : String(error)}${cause}`,
        };
      }
    }),
  );
}

function lineOf({ pin, before, problem }: Resolved): string {
  if (problem !== undefined) return `${pin.name}: ${problem}`;
  if (before === pin.digest) return `${pin.name}: ${pin.digest}, as it was`;
  return `${pin.name}: ${pin.digest}${before === UNRESOLVED ? '' : `, was ${before}: read what has changed`}`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { file: { type: 'string', default: VERSIONS_FILE }, check: { type: 'boolean', default: false } },
  });
  const resolved = await resolvePins(readVersions(values.file));
  for (const one of resolved) process.stdout.write(`${lineOf(one)}\n`);
  if (!values.check)
    writeVersions(
      resolved.map(({ pin }) => pin),
      values.file,
    );
  const isBad = resolved.some(
    ({ pin, before, problem }) => problem !== undefined || (values.check && pin.digest !== before),
  );
  process.exitCode = isBad ? 1 : 0;
}
