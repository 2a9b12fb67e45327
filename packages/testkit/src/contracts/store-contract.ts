import type { ObjectStore } from '@weatherline/runtime';
import type { ExecutionContext, TestFn } from 'ava';

const text = (value: string): Uint8Array => Buffer.from(value);
const create = { ifNoneMatch: '*', contentType: 'text/plain' } as const;

/** What every object store must do; the suite that an adapter passes unchanged. */
export function storeContract(test: TestFn, name: string, open: (t: ExecutionContext) => Promise<ObjectStore>): void {
  test(`${name}: of twenty creations of one key exactly one wins`, async (t) => {
    const store = await open(t);
    const puts = Array.from({ length: 20 }, async (_, index) => store.put('a/b.txt', text(`writer ${index}`), create));
    const results = await Promise.all(puts);
    t.is(results.filter(({ stored }) => stored).length, 1);
  });

  test(`${name}: bytes, content type, metadata and ETag come back as they were put`, async (t) => {
    const store = await open(t);
    const metadata = { run: '20261123T060000Z', revision: '1' };
    const put = await store.put('x', Buffer.from([0, 255, 10]), { ...create, metadata });
    const found = await store.get('x');
    t.deepEqual(Buffer.from(found?.body ?? []), Buffer.from([0, 255, 10]));
    t.like(found, { key: 'x', size: 3, contentType: 'text/plain', metadata });
    t.deepEqual(put, { stored: true, etag: found?.etag ?? '' });
    t.like(await store.head('x'), { etag: found?.etag, metadata });
  });

  test(`${name}: a swap needs the ETag of what is there`, async (t) => {
    const store = await open(t);
    await store.put('k', text('one'), create);
    const first = await store.head('k');
    const swap = { ifMatch: first?.etag ?? '', contentType: 'text/plain', metadata: { revision: '2' } };
    t.true((await store.put('k', text('two'), swap)).stored);
    t.deepEqual(await store.put('k', text('three'), swap), { stored: false });
    const found = await store.get('k');
    t.is(Buffer.from(found?.body ?? []).toString(), 'two');
    t.is(found?.metadata['revision'], '2');
    t.not(found?.etag, first?.etag);
    t.deepEqual(await store.put('none', text('x'), swap), { stored: false });
  });

  test(`${name}: what is not there is undefined`, async (t) => {
    const store = await open(t);
    t.is(await store.get('nothing/here'), undefined);
    t.is(await store.head('nothing/here'), undefined);
  });

  test(`${name}: lists in UTF-8 order, by prefix, page by page`, async (t) => {
    const store = await open(t);
    const keys = ['a/1', 'a.b', 'a/2', 'ab', 'b/x/1', 'b/y'];
    for (const key of keys) await store.put(key, text(key), create);
    const all = await store.list({ prefix: '' });
    t.deepEqual(
      all.objects.map(({ key }) => key),
      ['a.b', 'a/1', 'a/2', 'ab', 'b/x/1', 'b/y'],
    );
    const one = await store.list({ prefix: 'a', limit: 2 });
    t.deepEqual(
      one.objects.map(({ key }) => key),
      ['a.b', 'a/1'],
    );
    const two = await store.list({ prefix: 'a', startAfter: one.next ?? '' });
    t.deepEqual(
      two.objects.map(({ key }) => key),
      ['a/2', 'ab'],
    );
    t.is(two.next, undefined);
  });

  test(`${name}: rolls keys up at a delimiter`, async (t) => {
    const store = await open(t);
    for (const key of ['p/2026/11/a', 'p/2026/12/b', 'p/2027/01/c', 'p/top']) await store.put(key, text(key), create);
    const listing = await store.list({ prefix: 'p/', delimiter: '/' });
    t.deepEqual(listing.prefixes, ['p/2026/', 'p/2027/']);
    t.deepEqual(
      listing.objects.map(({ key }) => key),
      ['p/top'],
    );
    t.deepEqual((await store.list({ prefix: 'p/2026/', delimiter: '/' })).prefixes, ['p/2026/11/', 'p/2026/12/']);
  });

  test(`${name}: refuses what is no key`, async (t) => {
    const store = await open(t);
    for (const key of ['', '/a', '../a', 'a/../b', 'a//b', 'a\0b']) {
      await t.throwsAsync(async () => store.put(key, text(''), create), { code: 'INVALID_OBJECT_KEY' });
    }
  });
}
