import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openEmbeddedBroker } from '@weatherline/adapters/embedded';
import { HaltError, TOPICS } from '@weatherline/runtime';
import test, { type ExecutionContext } from 'ava';
import { openDataDirectory, ownDirectory } from '../src/data-directory.ts';
import { fail, NotAsked, ok, runChecks, skipped, warn } from '../src/doctor/check.ts';
import { checkDirectory, checkDisk, checkFormat, checkOwner, livingOwner } from '../src/doctor/directory.ts';
import { checkLog } from '../src/doctor/log.ts';
import { checkClock, checkNode, checkPort, type PortQuestion } from '../src/doctor/machine.ts';
import { reportOf, textOf, wantsColour } from '../src/doctor/report.ts';

const { signal } = new AbortController();

function temporary(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'weatherline-doctor-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('checks run at the same time, are told in their order, and none stops another', async (t) => {
  const checked = await runChecks(
    [
      { name: 'hangs', run: async () => new Promise(() => {}) },
      { name: 'slow', late: warn('it is large', 'wait'), run: async () => new Promise(() => {}) },
      { name: 'throws', run: () => Promise.reject(new Error('a bug')) },
      { name: 'denied', run: () => Promise.reject(new HaltError('STORE_ACCESS_DENIED', 'no')) },
      { name: 'after', after: 'throws', run: () => ok('never asked') },
      { name: 'after that', after: 'after', run: () => ok('never asked') },
      { name: 'unread', run: () => Promise.reject(new NotAsked('see settings')) },
      { name: 'fine', run: () => ok('well') },
    ],
    50,
  );
  t.deepEqual(
    checked.map(({ name, status, detail }) => [name, status, detail]),
    [
      ['hangs', 'fail', 'no answer within 0.05 s'],
      ['slow', 'warn', 'it is large'],
      ['throws', 'fail', 'a bug'],
      ['denied', 'fail', 'no'],
      ['after', 'skipped', 'not asked, because throws failed'],
      ['after that', 'skipped', 'not asked, because throws failed'],
      ['unread', 'skipped', 'see settings'],
      ['fine', 'ok', 'well'],
    ],
  );
  t.regex(checked[3]?.fix ?? '', /Put on replays\/\*/);
});

test('the report has the worst status, no secret, and words beside its signs', (t) => {
  const checks = [
    { name: 'one', ...ok('well') },
    { name: 'another', ...warn('key canary-123456 seen\nand more', 'hide canary-123456') },
    { name: 'none', ...skipped('not here') },
  ];
  const report = reportOf(checks, ['canary-123456']);
  t.is(report.status, 'warn');
  t.false(JSON.stringify(report).includes('canary'));
  t.is(
    textOf(report, false),
    [
      '✓ ok       one      well',
      '! warn     another  key (hidden) seen',
      '                    and more',
      '                    fix: hide (hidden)',
      '- skipped  none     not here',
      '',
      '1 ok, 1 to look at, 0 failed, 1 skipped',
    ].join('\n'),
  );
  t.is(reportOf([{ name: 'one', ...fail('broken', 'mend') }], []).status, 'fail');
  t.is(reportOf([{ name: 'one', ...skipped('not here') }], []).status, 'ok');
});

test('colour is for terminals alone, and not where NO_COLOR or a dumb terminal asks for none', (t) => {
  t.true(wantsColour(true, {}));
  t.false(wantsColour(false, {}));
  t.false(wantsColour(true, { NO_COLOR: '1' }));
  t.true(wantsColour(true, { NO_COLOR: '' }));
  t.false(wantsColour(true, { TERM: 'dumb' }));
  const report = reportOf([{ name: 'one', ...ok('well') }], []);
  t.is(textOf(report, true).split('\n')[0], '\u001B[32m✓ ok     \u001B[0m  one  well');
});

test('a Node before 24.12 is told, with its path', (t) => {
  t.is(checkNode('v24.12.0', '/bin/node').status, 'ok');
  t.is(checkNode('v26.0.0', '/bin/node').status, 'ok');
  for (const version of ['v24.11.1', 'v22.30.0']) {
    const { status, detail } = checkNode(version, '/usr/bin/node');
    t.is(status, 'fail');
    t.true(detail.includes(version) && detail.includes('/usr/bin/node'), detail);
  }
});

async function serve(t: ExecutionContext, answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('a port of another program is a failure, one of weatherline itself is none', async (t) => {
  const ask = async (change: Partial<PortQuestion>): Promise<string> => {
    const question = { host: '127.0.0.1', port: 0, setting: 'WEATHERLINE_HTTP_PORT', path: '/health' } as const;
    const rest = { service: 'products-api', owner: undefined, isReplaceable: false } as const;
    const { status, detail } = await checkPort({ ...question, ...rest, ...change }, signal);
    return `${status}: ${detail.replace(/\d{4,5}/, 'PORT')}`;
  };
  const foreign = await serve(t, (_, response) => response.end('hello'));
  const ours = await serve(t, (_, response) => response.end('{"status":"healthy","service":"products-api"}'));
  const owner = { pid: 7, socket: '/tmp/none' };
  t.is(await ask({}), 'ok: any free one');
  t.is(await ask({ port: foreign }), 'fail: PORT is held by another program');
  t.is(await ask({ port: foreign, owner }), 'fail: PORT is held by another program');
  t.is(
    await ask({ port: foreign, isReplaceable: true }),
    'warn: PORT is held by another program; a start takes another',
  );
  t.is(await ask({ port: ours, owner }), 'ok: PORT is held by weatherline itself, process 7');
  t.is(await ask({ port: ours }), 'fail: PORT is held by weatherline with another data directory');
  t.regex(await ask({ port: 8080, host: '203.0.113.1' }), /^fail: PORT on 203\.0\.113\.1 cannot be listened on \(E/);
});

test('a clock is judged by the Date of an answer: over 5 s is told, over 60 s is a failure', async (t) => {
  const at = Date.parse('2026-11-23T06:00:00.500Z');
  const judge = async (header: string | undefined): Promise<string> => {
    const { status, detail } = await checkClock({ than: 'the store', ask: async () => header, now: () => at });
    return `${status}: ${detail}`;
  };
  t.is(await judge('Mon, 23 Nov 2026 06:00:00 GMT'), 'ok: within 1 s of the store');
  t.is(await judge('Mon, 23 Nov 2026 06:00:05 GMT'), 'ok: within 5 s of the store');
  t.is(await judge('Mon, 23 Nov 2026 06:00:10 GMT'), 'warn: 10 s behind the store');
  t.is(await judge('Mon, 23 Nov 2026 05:59:00 GMT'), 'warn: 60 s ahead of the store');
  t.is(await judge('Mon, 23 Nov 2026 05:58:59 GMT'), 'fail: 61 s ahead of the store');
  t.is(await judge(undefined), 'warn: the store does not tell the time');
  const away = await checkClock({ than: 'it', ask: async () => Promise.reject(new Error('secret')), now: () => at });
  t.deepEqual([away.status, away.detail], ['warn', 'it does not answer']);
});

test('a data directory is tried by writing, and nothing is left behind', (t) => {
  const root = temporary(t);
  t.regex(checkDirectory(root).detail, /can be written$/);
  t.regex(checkDirectory(join(root, 'a', 'b')).detail, /is not there yet; the first start makes it/);
  t.deepEqual(readdirSync(root), []);
  writeFileSync(join(root, 'file'), '');
  t.is(checkDirectory(join(root, 'file')).status, 'fail');
  t.is(checkDirectory(join(root, 'file', 'below')).status, 'fail');
  const closed = checkDirectory('/sys/weatherline');
  t.is(closed.status, 'fail');
  t.regex(closed.detail, /cannot be written \(E/);
  t.regex(closed.fix ?? '', /^sudo install -d .* '\/sys\/weatherline'/, 'nothing above it is given away');
});

test('a newer format, one that is none, and a log without one are told', (t) => {
  const root = temporary(t);
  t.is(checkFormat(root).status, 'skipped');
  mkdirSync(join(root, 'log'));
  writeFileSync(join(root, 'log', 'log.sqlite'), '');
  t.is(checkFormat(root).status, 'fail');
  writeFileSync(join(root, 'format'), '1\n');
  t.is(checkFormat(root).status, 'ok');
  writeFileSync(join(root, 'format'), '2\n');
  t.regex(checkFormat(root).detail, /has format 2, this weatherline reads up to 1/);
  writeFileSync(join(root, 'format'), 'x\n');
  t.is(checkFormat(root).status, 'fail');
});

test('less than a gibibyte of free space is told, next to none is a failure', (t) => {
  const judge = (mebibytes: number): string =>
    checkDisk('/tmp/none/at/all', () => ({ bavail: mebibytes, bsize: 1024 ** 2 })).status;
  t.is(judge(1024), 'ok');
  t.is(judge(1023), 'warn');
  t.is(judge(100), 'warn');
  t.is(judge(99), 'fail');
});

test('an owner that is at work is well, one that left without a goodbye is told', (t) => {
  const root = temporary(t);
  t.regex(checkOwner(root).detail, /^nobody/);
  const directory = openDataDirectory(root);
  const owner = ownDirectory(directory);
  t.deepEqual(checkOwner(root), ok(`process ${process.pid} is at work`));
  owner[Symbol.dispose]();
  t.regex(checkOwner(root).detail, /^nobody/);
  writeFileSync(join(root, 'owner.json'), JSON.stringify({ pid: 4_000_000, socket: '/none' }));
  const stale = checkOwner(root);
  t.is(stale.status, 'warn');
  t.regex(stale.detail, /^stale: process 4000000 was ended/);
  writeFileSync(join(root, 'owner.lock'), 'this is no lock '.repeat(100));
  t.regex(checkOwner(root).detail, /owner\.lock cannot be read$/);
  t.is(livingOwner(root), undefined);
});

test('a damaged log, one that is no log, and one of a newer version are told', async (t) => {
  const root = temporary(t);
  t.is((await checkLog(root, signal)).status, 'skipped');
  const { log } = openDataDirectory(root);
  {
    await using broker = await openEmbeddedBroker({ directory: log });
    await broker.ensureTopics(TOPICS);
    const messages = Array.from({ length: 400 }, (_, at) => ({ key: `k${at}`, value: Buffer.alloc(500), headers: {} }));
    await broker.publish('weatherline.readings.fetched', messages);
  }
  const file = join(log, 'log.sqlite');
  t.regex((await checkLog(root, signal)).detail, /MiB, whole$/);
  const newer = new DatabaseSync(file);
  newer.exec('PRAGMA user_version = 9');
  newer.close();
  t.regex((await checkLog(root, signal)).detail, /format 9, this weatherline reads up to 1/);
  truncateSync(file, 100_000);
  t.is((await checkLog(root, signal)).status, 'fail');
  writeFileSync(file, 'this is no database '.repeat(100));
  const { status, detail } = await checkLog(root, signal);
  t.is(status, 'fail');
  t.regex(detail, /not a database/);
});
