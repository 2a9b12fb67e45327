import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { kafkaTests } from '@weatherline/testkit/kafka';
import { recordedPlaces } from '@weatherline/testkit/upstream';
import test, { type ExecutionContext } from 'ava';
import { deploy, recentSlots } from '../support/deployment.ts';
import { startKeyedUpstream, type KeyedUpstream } from '../support/keyed-upstream.ts';
import { startUp, temporaryDirectory, weatherline } from '../support/process.ts';
import { openPodSecrets, type PodSecrets, type SecretsProcess } from '../support/secrets.ts';

const OLD = 'canary-old-key-5b0c1e77a4d94f1e';
const NEW = 'canary-new-key-e28f6a03bb614c7d';

const kafka = kafkaTests(test);

type World = { readonly pod: PodSecrets; readonly provider: KeyedUpstream; readonly refresh: SecretsProcess };

/** The pod as it starts: init has written the key, refresh goes on. */
async function startPod(t: ExecutionContext, env: Readonly<Record<string, string>> = {}): Promise<World> {
  const provider = await startKeyedUpstream(OLD);
  t.teardown(async () => provider[Symbol.asyncDispose]());
  const pod = await openPodSecrets(t, OLD);
  const init = pod.run('init');
  t.is(await init.closed, 0, init.output());
  t.is(pod.current(), OLD);
  assertClean(t, init.output(), pod, 'the output of init');
  return { pod, provider, refresh: pod.run('refresh', env) };
}

function assertClean(t: ExecutionContext, text: string, pod: PodSecrets, where: string): void {
  for (const canary of pod.canaries()) t.false(text.includes(canary), `${where} holds a secret`);
}

async function until(what: string, holds: () => boolean, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${what} did not come about within ${withinMs} ms`);
    await delay(50);
  }
}

/** As a provider has it: the new key is accepted beside the old one, then alone. `work` asks the provider meanwhile. */
async function rotate(
  t: ExecutionContext,
  { pod, provider }: World,
  work: () => Promise<void> = async () => {},
): Promise<void> {
  provider.accept(OLD, NEW);
  const since = Date.now();
  pod.rotate(NEW);
  await until('the new file', () => pod.current() === NEW, 60_000);
  await work();
  await until('the use of the new key', () => provider.callsWith(NEW) > 0, 60_000);
  t.log(`the new key is used after ${Date.now() - since} ms`);
  // Calls that had read the old key are answered by now.
  await delay(1_000);
  provider.accept(NEW);
}

async function stop(t: ExecutionContext, { refresh, pod }: World): Promise<void> {
  refresh.child.kill('SIGTERM');
  t.is(await refresh.closed, 0, refresh.output());
  t.regex(refresh.output(), /"secret":"OPENWEATHER_API_KEY","version":2,"msg":"secret rewritten"/);
  t.is(pod.vault.state.tokens.live(Date.now()).length, 1, 'only root is left');
  assertClean(t, refresh.output(), pod, 'the output of refresh');
}

kafka.test(
  'a rotated secret is used within 60 s by processes on Kafka, without a restart or a failed event',
  async (t) => {
    t.timeout(240_000);
    const world = await startPod(t);
    const { pod, provider } = world;
    const chain = await deploy(t, {
      ...kafka,
      env: {
        OPENWEATHER_API_KEY: '',
        OPENWEATHER_API_KEY_FILE: pod.keyFile,
        WEATHERLINE_OPENWEATHER_URL: provider.url,
        WEATHERLINE_LOG_LEVEL: 'debug',
      },
    });
    const functions = (['fetch', 'transform', 'upload'] as const).map((name) => chain.start(name));
    for (const one of functions) await one.said('consuming');
    const { port } = (await functions[0]?.said('listening')) ?? {};

    const load = chain.load(recentSlots(500), 400);
    await until('the use of the old key', () => provider.callsWith(OLD) > 0, 30_000);
    await rotate(t, world);
    const withNew = provider.callsWith(NEW);
    await until('calls with the new key alone', () => provider.callsWith(NEW) > withNew + 20, 30_000);
    const asked = await load.stop();
    await chain.settled();

    t.is(provider.refused(), 0, 'no call was refused');
    t.true(asked.length > 10, `${asked.length} runs`);
    t.deepEqual(await chain.violations({ canaries: pod.canaries() }), []);
    const metrics = await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
    const handled = /events_handled_total\{function="fetch",outcome="handled"\} (\d+)/.exec(metrics)?.[1];
    // 19 places in parts of 7.
    t.is(Number(handled), asked.length * 3);
    t.notRegex(metrics, /events_handled_total\{function="fetch",outcome="(?!handled")\w+"\} [1-9]/);
    assertClean(t, metrics, pod, 'the metrics');
    for (const { child, closed, name } of functions) {
      t.is(child.exitCode, null, `${name} was not restarted`);
      child.kill('SIGTERM');
      t.is(await closed, 0, name);
    }
    await stop(t, world);
  },
);

test('a rotated secret is used by up without a restart or a failed event', async (t) => {
  const world = await startPod(t, { WEATHERLINE_SECRETS_REFRESH: '1s' });
  const { pod, provider } = world;
  const data = join(temporaryDirectory(t), 'data');
  const env = {
    OPENWEATHER_API_KEY_FILE: pod.keyFile,
    WEATHERLINE_OPENWEATHER_URL: provider.url,
    WEATHERLINE_LOCATIONS: JSON.stringify(recordedPlaces().slice(0, 3)),
    WEATHERLINE_SCHEDULE: '0 0 1 1 *',
    WEATHERLINE_CALLS_PER_MINUTE: '60000',
    WEATHERLINE_LOG_LEVEL: 'debug',
  };
  const up = startUp(t, data, env);
  const url = await up.ready;
  const [before = '', during = '', after = ''] = recentSlots(3);
  const printed: string[] = [];
  const trigger = async (slot: string): Promise<void> => {
    const asked = await weatherline(
      ['trigger', '--slot', slot, '--off-schedule', '--wait', '--timeout', '60s', '--json', '--data', data],
      { env },
    );
    t.is(asked.code, 0, asked.stderr);
    t.like(JSON.parse(asked.stdout), { ended: 'stored', missing: 0 });
    printed.push(asked.stdout, asked.stderr);
  };
  await trigger(before);
  t.true(provider.callsWith(OLD) >= 3);
  await rotate(t, world, async () => trigger(during));
  const withOld = provider.callsWith(OLD);
  await trigger(after);

  t.is(provider.callsWith(OLD), withOld, 'the old key is not used any more');
  t.is(provider.refused(), 0, 'no call was refused');
  t.is(up.child.exitCode, null);
  const letters = await weatherline(['dlq', 'list', '--json', '--data', data], { env });
  t.deepEqual(JSON.parse(letters.stdout).items, [], letters.stderr);
  for (const path of ['/v1/runs?limit=100', '/products?limit=3', '/v1/status']) {
    printed.push(await (await fetch(`${url}${path}`)).text());
  }
  up.child.kill('SIGTERM');
  t.is(await up.closed, 0);
  const { stdout, stderr } = up.output();
  assertClean(t, [stdout, stderr, ...printed, letters.stdout].join('\n'), pod, 'the output of up');
  for (const file of readdirSync(data, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const bytes = readFileSync(join(file.parentPath, file.name));
    const text = file.name.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('latin1');
    assertClean(t, text, pod, file.name);
  }
  await stop(t, world);
});
