import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '@weatherline/runtime';
import { differencesOf, diffLines, EnvFileError, parseEnvFile, renderEnvFile } from '../cluster-config/env-file.ts';
import { readOutputs, type Values } from '../cluster-config/read-outputs.ts';
import { Failure } from '../failure.ts';
import type { Output } from '../output.ts';
import type { ClusterConfigured } from '../results/cluster.ts';
import { readSource, type Source } from './cluster-outputs.ts';
import { replaceFile, requireFolder } from './cluster-write.ts';

export type ClusterConfigOptions = Source & {
  readonly env?: string;
  readonly overlays: string;
  readonly check?: boolean;
  readonly stdout?: boolean;
};

/** Writes what the infrastructure made into the overlay of its environment. */
export async function clusterConfig(options: ClusterConfigOptions, output: Output): Promise<number> {
  const { text: printed, from } = await readSource(options);
  const values = checked(printed, from);
  const environment = values.get('ENVIRONMENT') ?? '';
  if (options.env !== undefined && options.env !== environment) {
    throw new Failure(
      EXIT.conflict,
      `${from}: ENVIRONMENT: expected ${options.env}, as --env says, got ${environment}`,
    );
  }
  const file = join(options.overlays, environment, 'cluster-config.env');
  if (options.stdout !== true) await requireFolder(file);
  const before = await present(file);
  const { text, differences } = compare(file, before, values);
  const isSame = text === before;
  const state = options.stdout ? 'shown' : isSame ? 'unchanged' : options.check ? 'differs' : 'written';
  if (state === 'written') await replaceFile(file, text);
  report({ environment, file, state, differences, text }, output);
  return state === 'differs' ? EXIT.failed : EXIT.ok;
}

function checked(text: string, from: string): Values {
  const { values, problems } = readOutputs(text);
  if (values !== undefined) return values;
  throw new Failure(EXIT.configuration, `${from} cannot be used:${problems.map((one) => `\n  ${one}`).join('')}`);
}

/** The file as it is; undefined = the overlay has none yet. */
async function present(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(EXIT.failed, `${file} cannot be read: ${why}`, { cause });
  }
}

function compare(
  file: string,
  before: string | undefined,
  values: Values,
): Pick<ClusterConfigured, 'text' | 'differences'> {
  try {
    const text = renderEnvFile(before, values);
    const differences = differencesOf(parseEnvFile(before ?? ''), values);
    return { text, differences: differences.map(({ key, from = null, to = null }) => ({ key, from, to })) };
  } catch (error) {
    if (error instanceof EnvFileError) throw new Failure(EXIT.conflict, `${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

function report(result: ClusterConfigured, output: Output): void {
  // A file is no text for people: no line of it is wrapped.
  if (result.state === 'shown' && !output.json) return output.print(result.text.trimEnd());
  output.result(result, ({ file, state, differences }) => {
    const lines = diffLines(
      differences.map(({ key, from, to }) => ({ key, from: from ?? undefined, to: to ?? undefined })),
    );
    const says = differences.length === 0 && state !== 'unchanged' ? ': blanks and ends of lines only' : '';
    return [`${state}  ${file}${says}`, ...lines].join('\n');
  });
}
