import { join, resolve } from 'node:path';
import { openDirectoryReader } from '@weatherline/adapters/directory';
import { openLogReader } from '@weatherline/adapters/embedded';
import { COMMON, type Environment, type LogReader, type ObjectReader } from '@weatherline/runtime';
import { warn, type Check } from './check.ts';
import { livingOwner } from './directory.ts';
import type { Parts } from './installation.ts';
import { absentOf } from './kafka.ts';
import { checkGroups } from './log.ts';
import { readSome } from './settings.ts';
import { checkDeadLetters, checkReplays, checkSlots, MANY_LETTERS } from './work.ts';

/** Where the state of the work lies, and the checks without which it cannot be read. */
type Place = {
  readonly store: () => Promise<ObjectReader>;
  readonly log: () => Promise<LogReader>;
  readonly absent: () => Promise<ReadonlySet<string>>;
  readonly after: { readonly store: string; readonly log: string };
};

const MANY_REPLAYS = warn('too many to be read in this time', 'weatherline replay status');
const MANY_OBJECTS = warn('the store takes too long to list them', 'weatherline runs list --state missing --from 48h');

function workChecks({ store, log, absent, after }: Place, env: Environment, now: () => Date): Check[] {
  return [
    {
      name: 'missing-slots',
      after: after.store,
      late: MANY_OBJECTS,
      run: async () => {
        const { schedule } = readSome({ schedule: COMMON.schedule }, env);
        return checkSlots({ store: await store(), schedule, now: now() });
      },
    },
    {
      name: 'dead-letters',
      after: after.log,
      late: MANY_LETTERS,
      run: async (signal) => checkDeadLetters({ log: await log(), absent: await absent(), signal }),
    },
    {
      name: 'replays',
      after: after.store,
      late: MANY_REPLAYS,
      run: async () => checkReplays(await store(), now()),
    },
  ];
}

export function clusterWork({ store, broker, differences }: Parts, env: Environment, now: () => Date): Check[] {
  const absent = async (): Promise<ReadonlySet<string>> => absentOf(await differences());
  return workChecks({ store, log: broker, absent, after: { store: 'bucket', log: 'brokers' } }, env, now);
}

export type DirectoryQuestion = {
  readonly data: string;
  readonly env: Environment;
  readonly now: () => Date;
  readonly resources: AsyncDisposableStack;
};

/** A log in a directory has every topic, or says that it has none. */
async function noneAbsent(): Promise<ReadonlySet<string>> {
  return new Set();
}

/** Reads beside the owner, and takes nothing from it. */
export function directoryWork({ data, env, now, resources }: DirectoryQuestion): Check[] {
  const root = resolve(data);
  let opened: Promise<LogReader> | undefined;
  const log = async (): Promise<LogReader> => {
    opened ??= openLogReader({ directory: join(root, 'log') }).then((reader) => resources.use(reader));
    return opened;
  };
  const store = async (): Promise<ObjectReader> => openDirectoryReader({ directory: join(root, 'objects') });
  return [
    {
      name: 'consumer-groups',
      after: 'log',
      run: async () => {
        const isAttended = livingOwner(data) !== undefined;
        return checkGroups({ log: await log(), absent: new Set(), now: now(), isAttended });
      },
    },
    ...workChecks({ store, log, absent: noneAbsent, after: { store: 'format', log: 'log' } }, env, now),
  ];
}
