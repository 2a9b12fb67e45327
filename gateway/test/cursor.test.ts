import test from 'ava';
import { fetch } from './contract.ts';
import { getJson, record, serve, storeProduct } from './support.ts';

type Page = { readonly items: Record<string, unknown>[]; readonly next_cursor: string | null };

test('a cursor holds when the page changes its length or form or the query its order, and not for another query', async (t) => {
  const served = await serve(t);
  const slots = ['20261121T000000Z', '20261122T000000Z', '20261123T000000Z', '20261123T060000Z'];
  for (const slot of slots) await storeProduct(served, slot, [record('oslo'), record('lima')]);
  const cases: readonly (readonly [first: string, next: string, other: string])[] = [
    [
      '/v1/products?limit=1&location=oslo&order=asc',
      '/v1/products?order=asc&cursor=CURSOR&location=oslo',
      '/v1/products?location=lima&order=asc&cursor=CURSOR',
    ],
    [
      '/v1/records?location=oslo&datetime=2026-11-20/..&limit=1&fields=temp',
      '/v1/records?datetime=2026-11-20/..&limit=1000&f=geojson&location=oslo&cursor=CURSOR',
      '/v1/records?location=oslo&datetime=2026-11-22/..&cursor=CURSOR',
    ],
    [
      '/v1/runs?limit=1&state=complete&datetime=2026-11-20/..',
      '/v1/runs?datetime=2026-11-20/..&limit=500&state=complete&cursor=CURSOR',
      '/v1/runs?state=missing&limit=1&datetime=2026-11-20/..&cursor=CURSOR',
    ],
  ];
  for (const [first, next, other] of cases) {
    const page: Page = await getJson(`${served.url}${first}`);
    t.is(page.items.length, 1, first);
    const cursor = page.next_cursor ?? '';
    const response = await fetch(`${served.url}${next.replace('CURSOR', cursor)}`);
    t.is(response.status, 200, next);
    const rest = (await response.json()) as { items?: unknown[]; features?: unknown[] };
    t.is((rest.items ?? rest.features)?.length, slots.length - 1, next);
    const refused = await fetch(`${served.url}${other.replace('CURSOR', cursor)}`);
    t.like(await refused.json(), { type: '/problems/invalid-cursor' }, other);
  }
});
