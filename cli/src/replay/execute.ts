import { partName } from '@weatherline/events';
import { sha256, type Clock, type LogReader, type ObjectReader, type OutgoingMessage } from '@weatherline/runtime';
import type { Installation } from '../installation.ts';
import { patiently } from '../patience.ts';
import type { Plan } from '../plan.ts';
import { differences } from './compare.ts';
import { Fenced, type Ledger } from './ledger.ts';
import { messagesOf, type Prepared } from './messages.ts';
import { Outcomes, type Ended } from './outcomes.ts';
import { Pace } from './pace.ts';
import { replayKey, subjectOf, type ReplayItem, type StoredPlan } from './plan.ts';
import type { Finding, Progress } from './progress.ts';
import { Tally, type Checkpoint, type Settled } from './tally.ts';

/** How the running of a replay ended; all but the first, the aborted and the fenced can be resumed. */
export type EndOfRun = 'done' | 'paused' | 'aborted' | 'interrupted' | 'dead-letters' | 'halted' | 'timeout' | 'fenced';

export type ExecutePorts = {
  readonly installation: Pick<Installation, 'put' | 'publish' | 'trouble'> & {
    readonly log: LogReader;
    readonly store: ObjectReader;
  };
  readonly clock: Clock;
  readonly planOf: (run: string) => Promise<Plan>;
  /** Told how many parts have ended, and why it is slow when it is. */
  readonly show: (ended: number, note: string) => void;
};

export type ExecuteOptions = {
  /** Parts a second. */
  readonly rate: number;
  /** Parts under way at once. */
  readonly window: number;
  readonly timeoutMs: number | undefined;
  /** Ctrl-C, SIGTERM. */
  readonly signal: AbortSignal;
};

const BATCH = 16;
const BATCH_BYTES = 512 * 1024;
const POLL_MS = 40;
const CHECKPOINT_MS = 500;
const LAST_WORDS_MS = 3_000;
/** A fault that hits every part must not fill the dead letters with a year. */
const MAX_FAILED = 10;
const MAX_FAILED_SHARE = 0.01;
const QUIET_MS = 10_000;

/** Runs a plan from where its ledger is: publishes, follows what becomes of it, writes how far it is. */
export class Execution {
  readonly #ports: ExecutePorts;
  readonly #stored: StoredPlan;
  readonly #ledger: Ledger;
  readonly #options: ExecuteOptions;
  readonly #tally: Tally;
  readonly #pace: Pace;
  readonly #stop = new AbortController();
  readonly #underWay = new Map<string, number>();
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #begunAt: number;
  readonly #activeBefore: number;
  #end: EndOfRun | undefined;
  #published = false;
  #lastEndAt: number;

  constructor(ports: ExecutePorts, stored: StoredPlan, ledger: Ledger, options: ExecuteOptions) {
    const { clock, installation } = ports;
    this.#ports = ports;
    this.#stored = stored;
    this.#ledger = ledger;
    this.#options = options;
    this.#tally = new Tally(ledger.progress);
    this.#pace = new Pace({ log: installation.log, clock, rate: options.rate, signal: this.#stop.signal });
    this.#indexOf = new Map(stored.plan.items.map((item, index) => [subjectOf(item), index]));
    this.#begunAt = clock.now().getTime();
    this.#lastEndAt = this.#begunAt;
    this.#activeBefore = ledger.progress.active_ms;
  }

  get progress(): Progress {
    return this.#ledger.progress;
  }

  async run(): Promise<EndOfRun> {
    const { signal } = this.#options;
    const interrupted = (): void => this.#endWith('interrupted');
    signal.addEventListener('abort', interrupted, { once: true });
    if (signal.aborted) interrupted();
    const outcomes = await Outcomes.follow(this.#ports.installation.log, this.#stored.id);
    const tasks = [this.#publishAll(), this.#follow(outcomes), this.#keepBooks(), this.#pace.watch()];
    try {
      await Promise.all(tasks.map(async (task) => task.catch((error: unknown) => this.#fail(error))));
      await this.#lastWords(outcomes);
    } finally {
      signal.removeEventListener('abort', interrupted);
    }
    return this.#end ?? 'done';
  }

  #failure: unknown;

  #fail(error: unknown): void {
    if (error instanceof Fenced) this.#endWith('fenced');
    // What was stopped throws because it was stopped.
    else if (!this.#stop.signal.aborted) this.#failure ??= error;
    this.#endWith('halted');
  }

  #endWith(end: EndOfRun): void {
    this.#end ??= end;
    this.#stop.abort();
  }

  // ------------------------------------------------------------------------------------------------------ publishing

  async #publishAll(): Promise<void> {
    const { installation, planOf } = this.#ports;
    const ports = { store: installation.store, log: installation.log, planOf };
    const { rate, window } = this.#options;
    // A slow replay goes part by part, so that it can be stopped between any two.
    const most = Math.max(1, Math.min(BATCH, window, Math.floor(rate / 4)));
    let batch: (Prepared & { readonly message: OutgoingMessage })[] = [];
    let bytes = 0;
    for await (const prepared of messagesOf(ports, this.#stored, this.#ledger.progress.settled)) {
      if (this.#stop.signal.aborted) return;
      if ('changed' in prepared) {
        this.#tally.settle(prepared.index, found(prepared.index, prepared.item, 'conflict', prepared.changed));
        continue;
      }
      batch.push(prepared);
      bytes += prepared.message.value?.length ?? 0;
      if (batch.length < most && bytes < BATCH_BYTES) continue;
      await this.#send(batch);
      [batch, bytes] = [[], 0];
    }
    await this.#send(batch);
    this.#published = true;
  }

  async #send(batch: readonly (Prepared & { readonly message: OutgoingMessage })[]): Promise<void> {
    const { signal } = this.#stop;
    while (this.#underWay.size > 0 && this.#underWay.size + batch.length > this.#options.window && !signal.aborted) {
      await this.#ports.clock.sleep(5, signal).catch(() => undefined);
    }
    if (batch.length === 0 || !(await this.#pace.take(batch.length))) return;
    for (const { item, index } of batch) if (!this.#tally.has(index)) this.#underWay.set(subjectOf(item), index);
    for (const [topic, some] of Map.groupBy(batch, (one) => ('topic' in one ? one.topic : ''))) {
      const messages = some.map(({ message }) => message);
      await this.#patiently(async () => this.#ports.installation.publish(topic, messages));
    }
  }

  async #patiently<Result>(work: () => Promise<Result>): Promise<Result> {
    const { clock } = this.#ports;
    const waiting = (cause: Error): void => this.#ports.show(this.#tally.ended, cause.message);
    return patiently({ clock, signal: this.#stop.signal, waiting }, work);
  }

  // ------------------------------------------------------------------------------------------------------- following

  async #follow(outcomes: Outcomes): Promise<void> {
    const { clock } = this.#ports;
    while (!this.#stop.signal.aborted) {
      if (this.#underWay.size > 0) await this.#patiently(async () => this.#take(outcomes));
      if (this.#published && this.#underWay.size === 0) return;
      await clock.sleep(POLL_MS, this.#stop.signal).catch(() => undefined);
    }
  }

  async #take(outcomes: Outcomes): Promise<void> {
    for await (const ended of outcomes.more()) {
      const index = this.#indexOf.get(ended.subject);
      const item = index === undefined ? undefined : this.#stored.plan.items[index];
      if (index === undefined || item === undefined) continue;
      if (!this.#tally.has(index)) this.#tally.settle(index, await this.#judge(index, item, ended));
      this.#underWay.delete(ended.subject);
      this.#lastEndAt = this.#ports.clock.now().getTime();
    }
  }

  async #judge(index: number, item: ReplayItem, ended: Ended): Promise<Settled> {
    if ('deadLetter' in ended) {
      const { code, message, stage, deadLetter: dead_letter } = ended;
      return found(index, item, 'failed', `${stage}: ${message}`, { code, dead_letter });
    }
    const { outcome, records, sha256: digest, key } = ended.stored;
    if (outcome === 'verified') return this.#verify(index, item, { records, digest, key });
    if (outcome === 'kept' && this.#stored.plan.mode === 'replace') {
      const what = item.product.etag === null ? 'a product has appeared' : 'the product has changed';
      return found(index, item, 'conflict', `${what} since the plan was made; it is kept`);
    }
    return { outcome, records };
  }

  async #verify(
    index: number,
    item: ReplayItem,
    made: { readonly records: number; readonly digest: string; readonly key: string },
  ): Promise<Settled> {
    const { store } = this.#ports.installation;
    const product = await store.get(item.product.key);
    if (product === undefined) return found(index, item, 'different', `${item.product.key} is missing`);
    if (sha256(product.body) === made.digest) return { outcome: 'same', records: made.records };
    const again = await store.get(made.key);
    if (again === undefined) return found(index, item, 'failed', `${made.key} vanished while it was compared`);
    const locations = differences(product.body, again.body);
    const names = locations.map(({ location }) => location).join(', ');
    return found(index, item, 'different', `${item.product.key}: ${names}`, { locations });
  }

  // ----------------------------------------------------------------------------------------------------------- books

  async #keepBooks(): Promise<void> {
    const { clock, installation } = this.#ports;
    const { timeoutMs } = this.#options;
    while (!this.#stop.signal.aborted && !(this.#published && this.#underWay.size === 0)) {
      await clock.sleep(CHECKPOINT_MS, this.#stop.signal).catch(() => undefined);
      await this.#patiently(async () => this.#checkpoint());
      this.#ports.show(this.#tally.ended, this.#note());
      const { failed } = this.#tally.counts;
      if (this.#ledger.progress.state === 'aborted') this.#endWith('aborted');
      if (this.#ledger.progress.asked === 'pause') this.#endWith('paused');
      if (failed > Math.max(MAX_FAILED, this.#tally.ended * MAX_FAILED_SHARE)) this.#endWith('dead-letters');
      if (installation.trouble() !== undefined) this.#fail(installation.trouble());
      if (timeoutMs !== undefined && this.#activeMs() - this.#activeBefore > timeoutMs) this.#endWith('timeout');
    }
    this.#stop.abort();
  }

  #note(): string {
    const quietFor = this.#ports.clock.now().getTime() - this.#lastEndAt;
    if (this.#pace.note !== undefined) return this.#pace.note;
    if (this.#underWay.size === 0 || quietFor < QUIET_MS) return '';
    return `${this.#underWay.size} parts wait for the functions of the replay lane`;
  }

  async #checkpoint(state?: Progress['state']): Promise<void> {
    const checkpoint = this.#tally.checkpoint();
    await this.#writeFindings(checkpoint);
    const { settled, records, counts } = checkpoint;
    const change = { settled, records, counts, active_ms: this.#activeMs() };
    await this.#ledger.save(state === undefined ? change : { ...change, state });
    this.#tally.written(checkpoint);
  }

  /** Named by the item that they begin at: whoever goes on from there writes the same name. */
  async #writeFindings({ from, findings }: Checkpoint): Promise<void> {
    if (findings.length === 0) return;
    const { put, store } = this.#ports.installation;
    const key = replayKey(this.#stored.id, `findings/${String(from).padStart(8, '0')}.jsonl`);
    const body = Buffer.from(findings.map((finding) => `${JSON.stringify(finding)}\n`).join(''));
    const contentType = 'application/x-ndjson';
    const created = await put(key, body, { ifNoneMatch: '*', contentType });
    if (created.stored) return;
    const before = await store.head(key);
    if (before !== undefined) await put(key, body, { ifMatch: before.etag, contentType });
  }

  #activeMs(): number {
    return this.#activeBefore + this.#ports.clock.now().getTime() - this.#begunAt;
  }

  /** What is under way may still end; what has ended is written down, and the lease is given back. */
  async #lastWords(outcomes: Outcomes): Promise<void> {
    if (this.#end === 'fenced') return;
    const { clock } = this.#ports;
    const until = clock.now().getTime() + (this.#end === 'paused' ? LAST_WORDS_MS : 0);
    while (this.#underWay.size > 0 && clock.now().getTime() < until) {
      await this.#take(outcomes);
      await clock.sleep(POLL_MS);
    }
    const isDone = this.#published && this.#underWay.size === 0;
    if (isDone) this.#end = this.#end === 'aborted' ? this.#end : 'done';
    await this.#checkpoint(isDone ? 'done' : this.#end === 'aborted' ? 'aborted' : 'paused').catch((error: unknown) => {
      if (this.#failure === undefined) throw error;
    });
    this.#ports.show(this.#tally.ended, '');
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function found(
  index: number,
  { run, part }: ReplayItem,
  outcome: Finding['outcome'],
  detail: string,
  more: Partial<Finding> = {},
): Settled {
  return { outcome, records: 0, finding: { index, run, part: partName(part), outcome, detail, ...more } };
}
