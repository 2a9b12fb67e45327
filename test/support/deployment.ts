import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openKafkaBroker, type KafkaBroker } from '@weatherline/adapters/kafka';
import { openS3Store, type S3Store } from '@weatherline/adapters/s3';
import { parseSchedule } from '@weatherline/events/schedule';
import { parseSlot, slotId } from '@weatherline/events';
import { TOPICS } from '@weatherline/runtime';
import { checkInvariants, type Evidence } from '@weatherline/testkit/invariants';
import { startS3Server, type S3Server } from '@weatherline/testkit/s3';
import { recordedPlaces, startRecordedUpstream, type RecordedServer } from '@weatherline/testkit/upstream';
import type { ExecutionContext } from 'ava';
import { planRun, requestRun, settlePlan, type Plan } from '../../cli/src/plan.ts';

export type Deployable = 'fetch' | 'transform' | 'upload' | 'gateway';

export type DeployedProcess = {
  readonly name: Deployable;
  readonly child: ChildProcess;
  /** Its log lines so far. */
  readonly lines: () => string;
  readonly errors: () => string;
  /** Resolves when a line with this message has been written. */
  readonly said: (message: string) => Promise<Record<string, unknown>>;
  /** Resolves with the exit code, or the signal's name. */
  readonly closed: Promise<number | string>;
};

const CANARY = 'canary-key-3f9d2b7a5c8e4f60';
/** Its slots last a year, so that a provider without history may be asked for every one that a test makes up. */
export const SCHEDULE = parseSchedule('0 0 1 1 *');

/** The deployables as processes of their own, on a real broker and an S3 server, fed by the recorded upstream. */
export class Deployment {
  readonly broker: KafkaBroker;
  readonly store: S3Store;
  readonly s3: S3Server;
  readonly upstream: RecordedServer;
  readonly processes: DeployedProcess[] = [];
  readonly #env: Readonly<Record<string, string>>;
  readonly #t: ExecutionContext;

  constructor(
    t: ExecutionContext,
    parts: Pick<Deployment, 'broker' | 'store' | 's3' | 'upstream'>,
    env: Readonly<Record<string, string>>,
  ) {
    this.#t = t;
    this.broker = parts.broker;
    this.store = parts.store;
    this.s3 = parts.s3;
    this.upstream = parts.upstream;
    this.#env = env;
  }

  start(name: Deployable, extra: Readonly<Record<string, string>> = {}): DeployedProcess {
    const folder = name === 'gateway' ? 'gateway' : `functions/${name}`;
    const main = fileURLToPath(new URL(`../../${folder}/main.ts`, import.meta.url));
    const child = spawn(process.execPath, [main], {
      env: { ...this.#env, ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#t.teardown(() => child.kill('SIGKILL'));
    let lines = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (lines += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const closed = once(child, 'close').then(([code, signal]) => (typeof code === 'number' ? code : String(signal)));
    const said = async (message: string): Promise<Record<string, unknown>> => {
      for (let tries = 0; tries < 1200; tries += 1) {
        const line = lines.split('\n').find((text) => text.includes(`"msg":"${message}"`));
        if (line !== undefined) return JSON.parse(line);
        if (child.exitCode !== null || child.signalCode !== null) break;
        await delay(25);
      }
      throw new Error(`${name} never said '${message}'\n${lines.slice(-2000)}\n${errors.slice(-2000)}`);
    };
    const started = { name, child, lines: () => lines, errors: () => errors, said, closed };
    this.processes.push(started);
    return started;
  }

  /** What an operator's shell would hold. */
  cliEnv(): Readonly<Record<string, string>> {
    return { ...this.#env, WEATHERLINE_LOCATIONS: JSON.stringify(recordedPlaces()) };
  }

  /** Plans a run of all recorded places and asks for it. */
  async trigger(slot: string, partSize = 7): Promise<Plan> {
    const planned = planRun({
      slot: parseSlot(slot),
      reason: 'schedule',
      schedule: SCHEDULE,
      locations: recordedPlaces(),
      partSize,
    });
    const { plan } = await settlePlan(this.store, planned);
    await requestRun(this.broker, plan);
    return plan;
  }

  /** Asks for runs, one after another, until it is told to stop; what a broker refuses is asked for again. */
  load(slots: readonly string[], everyMs: number): { readonly stop: () => Promise<string[]> } {
    const asked: string[] = [];
    const ending = new AbortController();
    const loading = (async () => {
      for (const slot of slots) {
        while (!ending.signal.aborted) {
          try {
            await this.trigger(slot);
            asked.push(slot);
            break;
          } catch {
            await delay(200);
          }
        }
        await delay(everyMs, undefined, { signal: ending.signal }).catch(() => undefined);
      }
    })();
    return {
      stop: async () => {
        ending.abort();
        await loading;
        return asked;
      },
    };
  }

  /** The sum of all lags of the chain; a group that has no position yet counts. */
  async lag(): Promise<number> {
    const inputs = [
      ['weatherline.fetch', 'weatherline.run.requested'],
      ['weatherline.transform', 'weatherline.readings.fetched'],
      ['weatherline.upload', 'weatherline.records.transformed'],
    ] as const;
    const lags = await Promise.all(inputs.map(async ([group, topic]) => this.broker.lag(group, topic)));
    return lags.flat().reduce((sum, { lag, committed, end }) => sum + (committed === undefined ? end : lag), 0);
  }

  /** Waits until nothing is left to do, twice in a row: an event may be between two topics. */
  async settled(withinMs = 60_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (let quiet = 0; quiet < 2;) {
      const lag = await this.lag().catch(() => 1);
      quiet = lag === 0 ? quiet + 1 : 0;
      if (Date.now() > deadline) throw new Error(`the lag is still ${lag} after ${withinMs} ms`);
      await delay(100);
    }
  }

  /** What does not hold of DESIGN's invariants. */
  async violations(more: Partial<Evidence> = {}): Promise<string[]> {
    const lines = this.processes.flatMap(({ lines: text, errors }) => [text(), errors()]);
    return checkInvariants({
      log: this.broker,
      store: this.store,
      lanes: ['live'],
      canaries: [CANARY],
      lines,
      mayBeSetAside: () => false,
      ...more,
    });
  }
}

export type DeployOptions = {
  readonly brokers: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: one copy, for one broker. */
  readonly replication?: { readonly factor: number; readonly minInSync: number };
};

/** Opens what the processes need; every one is started by the test. */
export async function deploy(
  t: ExecutionContext,
  { brokers, env = {}, replication = { factor: 1, minInSync: 1 } }: DeployOptions,
): Promise<Deployment> {
  const s3 = await startS3Server({ buckets: ['weatherline'], requireCondition: true });
  t.teardown(async () => s3[Symbol.asyncDispose]());
  const upstream = await startRecordedUpstream();
  t.teardown(async () => upstream[Symbol.asyncDispose]());
  const broker = openKafkaBroker({ brokers, replication });
  t.teardown(async () => broker[Symbol.asyncDispose]());
  await broker.ensureTopics(TOPICS);
  const credentials = { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey };
  const store = await openS3Store({
    bucket: 'weatherline',
    endpoint: s3.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
  });
  t.teardown(async () => store[Symbol.asyncDispose]());
  const { PATH = '', HOME = '' } = process.env;
  return new Deployment(
    t,
    { broker, store, s3, upstream },
    {
      PATH,
      HOME,
      TZ: 'UTC',
      WEATHERLINE_KAFKA_REPLICATION: String(replication.factor),
      WEATHERLINE_KAFKA_MIN_INSYNC: String(replication.minInSync),
      WEATHERLINE_HTTP_HOST: '127.0.0.1',
      WEATHERLINE_HTTP_PORT: '0',
      WEATHERLINE_INFRA_PORT: '0',
      WEATHERLINE_KAFKA_BROKERS: brokers.join(','),
      WEATHERLINE_S3_BUCKET: 'weatherline',
      WEATHERLINE_S3_ENDPOINT: s3.url,
      WEATHERLINE_S3_PATH_STYLE: 'true',
      WEATHERLINE_S3_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      OPENWEATHER_API_KEY: CANARY,
      WEATHERLINE_OPENWEATHER_URL: upstream.url,
      WEATHERLINE_CALLS_PER_MINUTE: '60000',
      WEATHERLINE_SCHEDULE: SCHEDULE.expression,
      WEATHERLINE_DRAIN_DELAY: '0s',
      ...env,
    },
  );
}

/** Ids of slots of the last minutes, oldest first, a second apart. */
export function recentSlots(count: number): string[] {
  const newest = Math.floor(Date.now() / 1000) * 1000 - 60_000;
  return Array.from({ length: count }, (_, at) => slotId(new Date(newest - (count - 1 - at) * 1000)));
}
