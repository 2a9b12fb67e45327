import type { Scenario } from './scenario.ts';

/** One bug: `find` stands exactly once in `file`, and `replace` takes its place. */
export type Mutation = {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The faults that it takes to meet it: one seed in a thousand draws them by itself. */
  readonly focus?: Partial<Scenario>;
};

/** The source with the bug in it; throws when the code has moved on and the table has not. */
export function patch({ file, find, replace }: Mutation, source: string): string {
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(`${file}: expected ${JSON.stringify(find)} once, found it ${parts.length - 1} times`);
  return parts.join(replace);
}

const RUNTIME = 'packages/runtime/src';
const FETCH = 'functions/fetch/src';
const UPLOAD = 'functions/upload/src';

/** Nobody is put out, moved or restarted: what happens is the bug's doing. */
const STEADY: Partial<Scenario> = {
  zombieEveryMs: undefined,
  shuffleEveryMs: undefined,
  restartEveryMs: undefined,
  crashRate: 0,
  redeliveryRate: 0,
  storeAway: undefined,
  brokerAway: undefined,
  keyRefused: undefined,
  callsPerMinute: undefined,
  rates: [],
  upstream: {},
};

/** Bugs that people make in a pipeline like this one; the simulation finds each of them. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'the offset is committed before the effect': {
    file: `${RUNTIME}/partition-worker.ts`,
    find: '        if (await handle(message, this)) {',
    replace:
      '        this.tracker.complete(message.offset);\n        this.#commitSoon();\n        if (await handle(message, this)) {',
  },
  'the highest finished offset is committed, not the lowest open one': {
    file: `${RUNTIME}/commit-tracker.ts`,
    find: '      lowest = offset;\n      break;',
    replace: '      lowest = Math.max(lowest, offset);\n      break;',
  },
  'an output event is not waited for': {
    file: `${RUNTIME}/handle-message.ts`,
    find: '    await this.#publish(topicOf(definition.emits, lane), emitted, broker);',
    replace: '    void this.#publish(topicOf(definition.emits, lane), emitted, broker).catch(() => undefined);',
  },
  'a dead letter is not waited for': {
    file: `${RUNTIME}/handle-message.ts`,
    find: '        await broker.publish(letter.topic, [letter.message]);',
    replace: '        void broker.publish(letter.topic, [letter.message]).catch(() => undefined);',
  },
  'a dead letter has other bytes than its origin': {
    file: `${RUNTIME}/dead-letter.ts`,
    find: "Buffer.from(origin.value).toString('base64')",
    replace: "Buffer.from(Buffer.from(origin.value).toString('utf8').trim().slice(1)).toString('base64')",
  },
  'a dead letter has a name of its own every time': {
    file: `${RUNTIME}/dead-letter.ts`,
    find: '  const id = `${origin.topic}/${origin.partition}/${origin.offset}`;',
    replace: '  const id = `${origin.topic}/${origin.partition}/${origin.offset}/${reason.at.getTime()}`;',
  },
  'poison is skipped': {
    file: `${RUNTIME}/handle-message.ts`,
    find: "    if (attempt >= MAX_ATTEMPTS) return this.#setAside(error, 'poison', attempt);",
    replace: '    if (attempt >= MAX_ATTEMPTS) return SETTLED;',
  },
  'unknown errors are retried for ever': {
    file: `${RUNTIME}/handle-message.ts`,
    find: "    if (attempt >= MAX_ATTEMPTS) return this.#setAside(error, 'poison', attempt);",
    replace: '',
    focus: { ...STEADY, bug: 'place-1' },
  },
  'a dependency that is away is no reason to wait': {
    file: `${RUNTIME}/handle-message.ts`,
    find: '    if (error instanceof DependencyError) return this.#retry(error, startedAt);',
    replace: "    if (error instanceof DependencyError) return this.#setAside(error, 'permanent', attempt);",
  },
  'crashes are forgotten on restart': {
    file: `${RUNTIME}/commit-tracker.ts`,
    find: '    for (const [offset, ordeal] of state.ordeals) this.#ordeals.set(offset, ordeal);',
    replace: '',
    focus: { ...STEADY, killer: 'place-1' },
  },
  'finished work is forgotten on restart': {
    file: `${RUNTIME}/commit-tracker.ts`,
    find: '    for (const offset of state.done) this.#done.add((committed?.offset ?? 0) + offset);',
    replace: '',
    focus: { restartEveryMs: 20_000 },
  },
  'the start of what may crash is not committed first': {
    file: `${RUNTIME}/handle-message.ts`,
    find: '    try {\n      await this.#worker.commitNow();\n    } catch (error) {',
    replace: '    try {\n      await Promise.resolve();\n    } catch (error) {',
    focus: { ...STEADY, killer: 'place-1' },
  },
  'a start that could not be committed counts as a crash': {
    file: `${RUNTIME}/handle-message.ts`,
    find: '      tracker.setOrdeal(offset, before);\n      throw error;',
    replace: '      throw error;',
    focus: {
      crashRate: 0.02,
      maxCrashes: 4,
      rates: [{ operation: 'broker.commit', fault: 'before', rate: 0.7 }],
    },
  },
  'commits of a partition overtake each other': {
    file: `${RUNTIME}/partition-worker.ts`,
    find: '    await this.#commits.run(async () => {',
    replace: '    await Promise.resolve().then(async () => {',
    focus: { slowRate: 0.3 },
  },
  'nobody is woken when consumption resumes': {
    file: `${RUNTIME}/halt-switch.ts`,
    find: '    for (const wake of waiting) wake();',
    replace: '    void waiting;',
    focus: { keyRefused: [500, 90_000], partitions: 1, concurrency: 8 },
  },
  'a batch is left behind when its partition is drained': {
    file: `${RUNTIME}/partition-worker.ts`,
    find: '    await Promise.all(Array.from({ length: Math.min(this.#concurrency, todo.length) }, async () => work()));',
    replace:
      '    void Promise.all(Array.from({ length: Math.min(this.#concurrency, todo.length) }, async () => work())).catch(() => undefined);\n    if (batch.messages.length > 0) return;',
  },
  'a refused creation is a failure': {
    file: `${UPLOAD}/upload.ts`,
    find: "  if (found.sha256 === digest) return { ...found, outcome: isVerify ? 'verified' : sameAgain(existing.metadata, data) };",
    replace: '',
  },
  'a refused creation is a success, whatever lies there': {
    file: `${UPLOAD}/upload.ts`,
    find: '  if (found.sha256 === digest) return {',
    replace: "  if (found.sha256 !== '') return {",
    focus: { foreign: true },
  },
  'a live run replaces what lies there': {
    file: `${UPLOAD}/upload.ts`,
    find: "  if (data.replay?.mode !== 'replace') throw conflict(key, `expected sha256 ${digest}, found ${found.sha256}`);",
    replace: '',
  },
  'a replacement keeps its revision': {
    file: `${UPLOAD}/upload.ts`,
    find: 'revision: found.revision + 1, etag',
    replace: 'revision: found.revision, etag',
    focus: { foreign: true, replay: 'replace' },
  },
  'a replacement whose answer was lost is a conflict': {
    file: `${UPLOAD}/upload.ts`,
    find: "  if (found?.metadata['sha256'] === digest && found.metadata['revision'] === String(revision)) {",
    replace: "  if (found?.metadata['sha256'] === '') {",
    focus: {
      foreign: true,
      replay: 'replace',
      rates: [{ operation: 'store.put', fault: 'twice', rate: 0.4 }],
    },
  },
  'a sidecar is written only with a new product': {
    file: `${UPLOAD}/upload.ts`,
    find: "    if (stored.outcome !== 'verified' && stored.outcome !== 'kept') await putMeta(store, data, stored);",
    replace:
      "    if (stored.outcome !== 'verified' && stored.outcome !== 'kept' && stored.outcome !== 'unchanged') await putMeta(store, data, stored);".slice(
        2,
      ),
  },
  'a product is named after the clock': {
    file: `${UPLOAD}/upload.ts`,
    find: '  const product = productKey(data.run.id, data.part);',
    replace:
      "  const product = productKey(new Date().toISOString().replace(/\\.\\d+Z$/, 'Z').replaceAll(/[-:]/g, ''), data.part);",
  },
  'lines are not sorted': {
    file: `${UPLOAD}/product.ts`,
    find: '(a.location_id < b.location_id ? -1 : 1)',
    replace: '(a.location_id < b.location_id ? 1 : -1)',
  },
  'the stored answer is not looked for': {
    file: `${FETCH}/fetch.ts`,
    find: '      if (memo !== undefined) return forEvent(data, memo.data);',
    replace: '',
  },
  'a second answer is emitted': {
    file: `${FETCH}/memo.ts`,
    find: "  if (await putMemo(store, memo, { ifNoneMatch: '*' })) return memo;",
    replace: "  await putMemo(store, memo, { ifNoneMatch: '*' });\n  if (memo.run.id !== '') return memo;",
  },
  'the past is taken from another slot': {
    file: `${FETCH}/memo.ts`,
    find: '  const runId = slotId(new Date(previousSlot));',
    replace: '  const runId = slotId(new Date(Date.parse(previousSlot) + 600_000));',
  },
  'one location costs its part': {
    file: `${FETCH}/collect.ts`,
    find: "      if (error.fault === 'location') return listed(location, error.code, error.message);",
    replace: "      if (error.fault === 'location') throw new PermanentError(error.code, error.message);",
  },
  'the key shows in what a failure says': {
    file: `${FETCH}/collect.ts`,
    find: '  return { failure: { location: location.id, code, detail: detail.slice(0, MAX_DETAIL) } };',
    replace:
      '  return { failure: { location: location.id, code, detail: `${detail}: appid=canary-5f1d0c7ab93e`.slice(0, MAX_DETAIL) } };',
  },
  'who asks goes on after the end of the slot': {
    file: `${FETCH}/asker.ts`,
    find: '  return provider.history ? deadline : Math.min(deadline, Date.parse(expiresAt));',
    replace: "  return expiresAt === '' ? 0 : deadline;",
    focus: { cron: 'late', callsPerMinute: 2 },
  },
  'what others have taken of a budget is not counted': {
    file: `${FETCH}/budget-state.ts`,
    find: '  const free = callsPerMinute - taken.reduce((sum, [, live]) => sum + live, replayed);',
    replace: '  const free = callsPerMinute - taken.slice(-1).reduce((sum, [, live]) => sum + live, 0);',
  },
  'a lease counts though it could not be stored': {
    file: `${FETCH}/budget.ts`,
    find: '    return (await this.#ports.store.put(budgetKey(this.#ports.providerId), body, options)).stored;',
    replace: '    await this.#ports.store.put(budgetKey(this.#ports.providerId), body, options);\n    return true;',
    focus: { callsPerMinute: 4, skewMs: 0 },
  },
  'Retry-After is ignored': {
    file: `${FETCH}/budget-state.ts`,
    find: '  const pause = Math.max(asked, Math.min(',
    replace: '  const pause = Math.max(0, Math.min(',
    focus: {
      upstream: { throttled: 0.3 },
      retryAfterMs: 150_000,
      callsPerMinute: 8,
      rates: [],
      crashRate: 0,
    },
  },
  'a throttled key is called again at once': {
    file: `${FETCH}/collect.ts`,
    find: "  if (fault === 'throttled') await gate.pause(ticket, error.retryAfterMs);",
    replace: "  if (fault === 'throttled') await Promise.resolve();",
    focus: { upstream: { throttled: 0.3 }, callsPerMinute: 8, rates: [], crashRate: 0 },
  },
  'failures of fetch are dropped by transform': {
    file: 'functions/transform/src/transform.ts',
    find: '    const failures: Failure[] = [...data.failures];',
    replace: '    const failures: Failure[] = [];',
  },
  'a body that is no answer is dropped silently': {
    file: 'functions/transform/src/transform.ts',
    find: '        failures.push({ location: reading.location.id, code: error.code, detail: error.message.slice(0, 300) });',
    replace: '',
  },
  'a second trigger plans the run again': {
    file: 'cli/src/plan.ts',
    find: '  return { plan: existing, isNew: false };',
    replace: '  return { plan, isNew: false };',
  },
  'a run is asked for before its plan is stored': {
    file: 'cli/src/trigger.ts',
    find: '  const settled = await settlePlan(ports.store, planRun({ ...ports, slot, reason }));',
    replace:
      '  await requestRun(ports.broker, planRun({ ...ports, slot, reason }));\n  const settled = await settlePlan(ports.store, planRun({ ...ports, slot, reason }));',
  },
  'the scheduler opens the next slot': {
    file: 'cli/src/scheduler.ts',
    find: '      await open(current);',
    replace: '      await open(schedule.next(current));',
  },
  'a slot that could not be opened is given up': {
    file: 'cli/src/scheduler.ts',
    find: '      await open(current);\n      last = current;',
    replace: '      last = current;\n      await open(current);',
  },
  'the slot of a restart is taken for opened': {
    file: 'cli/src/scheduler.ts',
    find: '  let last = opened ?? schedule.current(clock.now());',
    replace: '  let last = schedule.current(clock.now());\n  void opened;',
    focus: { cron: 'restarted' },
  },
  'latest is the oldest': {
    file: 'gateway/src/store/product-index.ts',
    find: 'for (const slot of slots.toReversed()) if',
    replace: 'for (const slot of slots) if',
  },
  'a zombie may commit': {
    file: 'packages/testkit/src/memory-broker/owned-partition.ts',
    find: '    if (this.#isFenced) {',
    replace: '    if (this.#isFenced && position.offset < 0) {',
    focus: { zombieEveryMs: 10_000, slowRate: 0.2 },
  },
};
