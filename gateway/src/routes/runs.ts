import { slotId } from '@weatherline/events';
import { parseProductKey, instantText } from '@weatherline/events';
import { cursor, decodeCursor, encodeCursor } from '../contract/cursor.ts';
import { datetime, slot } from '../contract/instants.ts';
import { operation } from '../contract/operation.ts';
import { choice, limit } from '../contract/parameter.ts';
import { pageOf, RunDetail, RunItem } from '../contract/schemas.ts';
import { Problem } from '../http/problem.ts';
import { json } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import { readAhead } from '@weatherline/runtime';
import { instantOrNull, type Run } from '../store/runs.ts';
import type { PlanSummary } from './plans.ts';
import { slotText } from './product-view.ts';

const DAYS_BY_DEFAULT = 7;
const MOST_DAYS = 400;
const AHEAD = 8;
const SLOT_ID = /^\d{8}T\d{6}Z$/;

const list = operation({
  id: 'listRuns',
  route: '/v1/runs',
  tag: 'runs',
  summary: 'Runs, newest first; slots that the schedule has and the store has not are there as missing',
  path: {},
  query: {
    limit: limit(50, 1_000),
    cursor,
    datetime: { ...datetime, description: `${datetime.description}. The last ${DAYS_BY_DEFAULT} days when not given` },
    state: choice('Only runs in this state', 'complete', 'incomplete', 'running', 'missing'),
  },
  formats: ['json'],
  answers: [{ status: 200, description: 'A page', content: { 'application/json': pageOf(RunItem) } }],
  problems: ['invalid-parameter', 'unknown-parameter', 'invalid-cursor', 'range-too-large'],
  async handle({ query, href, search }, ports) {
    const now = ports.clock.now().getTime();
    const asked = query.datetime ?? {
      from: slotId(new Date(now - DAYS_BY_DEFAULT * 86_400_000)),
      to: slotId(new Date(now)),
    };
    const oldest = slotId(new Date(now - MOST_DAYS * 86_400_000));
    if (asked.from < oldest && !asked.from.startsWith('0000'))
      throw new Problem('range-too-large', `runs are listed for the last ${MOST_DAYS} days`);
    const range = { from: asked.from < oldest ? oldest : asked.from, to: asked.to };
    const rest = new URLSearchParams(search);
    rest.delete('cursor');
    const after = decodeCursor(query.cursor, search, SLOT_ID);
    const runs = (await ports.runs.between(range))
      .toReversed()
      .filter(
        (run) => (after === undefined || run.id < after) && (query.state === undefined || run.state === query.state),
      );
    const page = runs.slice(0, query.limit ?? 50);
    const items: object[] = [];
    for await (const item of readAhead(page, AHEAD, async (run) => describe(run, await ports.plans.of(run), ports)))
      items.push(item);
    const last = page.at(-1);
    const next = runs.length > page.length && last !== undefined ? encodeCursor(last.id, search) : null;
    const links = [{ rel: 'self', href }];
    if (next !== null)
      links.push({ rel: 'next', href: `/v1/runs?${rest.size === 0 ? '' : `${rest.toString()}&`}cursor=${next}` });
    return json({ items, next_cursor: next, links }, { links });
  },
});

const one = operation({
  id: 'getRun',
  route: '/v1/runs/{slot}',
  tag: 'runs',
  summary: 'One run: its plan, its parts, its failures',
  path: { slot },
  query: {},
  formats: ['json'],
  answers: [{ status: 200, description: 'A run', content: { 'application/json': RunDetail } }],
  problems: ['invalid-parameter', 'unknown-parameter', 'not-found'],
  async handle({ path }, ports) {
    const run = await ports.runs.find(path.slot ?? '');
    if (run === undefined) throw new Problem('not-found', `there is no run of ${path.slot ?? ''}`);
    const [plan, product] = await Promise.all([
      ports.plans.of(run),
      run.slot === undefined ? undefined : ports.products.read(run.slot),
    ]);
    return json({
      ...(await describe(run, plan, ports)),
      locations: plan?.locations ?? null,
      records: product === undefined || !product.isRead ? null : product.lines.length,
      failures: product === undefined || !product.isRead ? null : product.failures,
      stored_parts: (run.slot?.parts ?? []).map(({ key, size, lastModified }) => ({
        index: parseProductKey(key)?.part.index ?? 0,
        bytes: size,
        stored_at: instantText(lastModified),
      })),
    });
  },
});

async function describe(run: Run, plan: PlanSummary | undefined, { products }: RoutePorts): Promise<object> {
  const { id, state, requestedAt, producedAt, slot: entry } = run;
  const took =
    requestedAt === undefined || producedAt === undefined
      ? null
      : (producedAt.getTime() - requestedAt.getTime()) / 1000;
  // A run without a plan of its own, such as one of the seed's pipeline, has only what its product says.
  const [first] = plan === undefined && entry !== undefined ? entry.parts : [];
  const said = first === undefined ? undefined : (await products.part(first)).metadata['reason'];
  return {
    id,
    scheduled_for: slotText(id),
    state,
    reason: plan?.reason ?? said ?? null,
    requested_at: instantOrNull(requestedAt),
    produced_at: instantOrNull(producedAt),
    // A replacement or a run of the seed's pipeline has no plan that came before it.
    duration_seconds: took !== null && took >= 0 ? took : null,
    parts: { stored: entry?.parts.length ?? 0, expected: entry?.expected ?? plan?.parts ?? null },
    links: { self: `/v1/runs/${id}`, product: entry === undefined ? null : `/v1/products/${id}` },
  };
}

export const runOperations = [list, one];
