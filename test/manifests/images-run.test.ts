import test, { type ExecutionContext } from 'ava';
import type { Contained } from '../support/contained.ts';
import { ImageRoot, whyNoContainers, type StartOptions } from '../support/image-root.ts';

// Each image as its container runs it: its own root directory, read-only; its user; no network but loopback; the pod's memory
// limit; an environment with nothing but what image and pod set.
const reason = whyNoContainers();
const isFull = process.env['WEATHERLINE_TEST_LEVEL'] === 'all';
const contained = reason === undefined ? test.serial : test.serial.skip;
const why = reason === undefined ? '' : ` (skipped: ${reason})`;
const long = reason === undefined && isFull ? test.serial : test.serial.skip;
const whyLong = why === '' && !isFull ? ' (skipped: npm run test:all)' : why;

const KAFKA = { WEATHERLINE_KAFKA_BROKERS: '127.0.0.1:1' };
const STORE = {
  WEATHERLINE_S3_BUCKET: 'weatherline',
  WEATHERLINE_S3_ENDPOINT: 'http://127.0.0.1:1',
  WEATHERLINE_S3_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
};
const DRAIN_MS = 30_000;

async function startsAndDrains(
  t: ExecutionContext,
  running: Contained,
  limitMiB: number,
  ready: number,
): Promise<void> {
  await running.answers(9090, '/healthz', 200);
  t.is((await running.get(9090, '/metrics')).status, 200);
  t.is((await running.get(9090, '/readyz')).status, ready);
  const peak = running.peakMiB();
  const since = Date.now();
  running.signal('SIGTERM');
  t.is(await running.closed, 0, running.output());
  t.true(Date.now() - since < DRAIN_MS);
  t.log(`at most ${peak.toFixed(0)} MiB of ${limitMiB}${running.isLimited ? ', enforced' : ', measured only'}`);
  t.true(peak < limitMiB);
}

const FUNCTIONS = {
  fetch: { ...KAFKA, ...STORE, WEATHERLINE_PROVIDER: 'open-meteo' },
  upload: { ...KAFKA, ...STORE },
} as const;

for (const [name, env] of Object.entries(FUNCTIONS)) {
  long(`${name} starts, answers its probes and drains in a read-only root with 192 MiB${whyLong}`, async (t) => {
    t.timeout(120_000);
    const root = await ImageRoot.make(t, name);
    // Nobody is there to talk to: it lives, and says that it cannot work.
    await startsAndDrains(t, root.start({ env, isAlone: true, memoryMiB: 192 }), 192, 503);
  });
}

long(`the gateway serves its pages and every file of theirs in a read-only root with 256 MiB${whyLong}`, async (t) => {
  t.timeout(120_000);
  const root = await ImageRoot.make(t, 'gateway');
  const running = root.start({
    env: { ...STORE, WEATHERLINE_DRAIN_DELAY: '1s' },
    isAlone: true,
    memoryMiB: 256,
  });
  await running.answers(8080, '/health', 200);
  for (const name of ['swagger-ui.js', 'swagger-ui.css', 'uplot.js', 'uplot.css', 'charts.js', 'ages.js', 'docs.js']) {
    t.is((await running.get(8080, `/assets/${name}`)).status, 200, name);
  }
  t.is((await running.get(8080, '/docs')).status, 200);
  t.true((await running.get(8080, '/openapi.json')).body.includes('"openapi"'));
  // It answers without a store too, and says so: what it has kept is better than nothing.
  await startsAndDrains(t, running, 256, 200);
});

async function ends(root: ImageRoot, options: StartOptions): Promise<{ code: number | string; output: string }> {
  const running = root.start({ isAlone: true, memoryMiB: 128, ...options });
  return { code: await running.closed, output: running.output() };
}

long(`the command line runs, in a read-only root with 128 MiB${whyLong}`, async (t) => {
  t.timeout(120_000);
  const root = await ImageRoot.make(t, 'cli');
  const version = await ends(root, { args: ['version'] });
  t.deepEqual([version.code, /\d+\.\d+\.\d+/.test(version.output)], [0, true], version.output);
  const config = await ends(root, { args: ['config', '--json'], env: { ...KAFKA, ...STORE } });
  t.is(config.code, 0, config.output);
  t.true(config.output.includes('WEATHERLINE_LOG_LEVEL'));
  const none = await ends(root, { args: ['no-such-command'] });
  t.is(none.code, 2, none.output);
  const up = await ends(root, { args: ['up', '--once', '--data', '/tmp/data'] });
  t.is(up.code, 78, 'there is nowhere to write to');
});

contained(`transform starts from compiled code, answers its probes, drains, and writes nothing${why}`, async (t) => {
  t.timeout(120_000);
  const root = await ImageRoot.make(t, 'transform');
  const env = { ...KAFKA, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
  const running = root.start({ env, isAlone: true, memoryMiB: 192 });
  await startsAndDrains(t, running, 192, 503);
  t.regex(running.output(), /V8 code cache for ESM file:\/\/\/app\/main\.mjs was accepted/);
  t.notRegex(running.output(), /was rejected|Creating temporary file|EROFS|EACCES/);
});

for (const [name, limitMiB] of Object.entries({ 'secrets-init': 96, 'vault-admin': 96 })) {
  long(`${name} says what it is missing and ends, in a read-only root with ${limitMiB} MiB${whyLong}`, async (t) => {
    t.timeout(120_000);
    const root = await ImageRoot.make(t, name);
    const mode = name === 'secrets-init' ? 'init' : 'configure';
    const { code, output } = await ends(root, { args: [mode], memoryMiB: limitMiB });
    t.is(code, 78, output);
    t.regex(output, /WEATHERLINE_VAULT_ADDR/);
  });
}
