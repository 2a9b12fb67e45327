import { patiently } from '../patience.ts';
import { Books } from './books.ts';
import type { EndOfRun, ExecuteOptions, ExecutePorts } from './execute-ports.ts';
import { judge } from './judge.ts';
import { Fenced, type Ledger } from './ledger.ts';
import { Outcomes, type Ended } from './outcomes.ts';
import { Pace } from './pace.ts';
import { subjectOf, type StoredPlan } from './plan.ts';
import type { Progress } from './progress.ts';
import { Publishing } from './publishing.ts';

const POLL_MS = 40;
const CHECKPOINT_MS = 500;
const LAST_WORDS_MS = 3_000;
const QUIET_MS = 10_000;

/** Runs a plan from where its ledger is: publishes, follows what becomes of it, writes how far it is. */
export class Execution {
  readonly #ports: ExecutePorts;
  readonly #stored: StoredPlan;
  readonly #options: ExecuteOptions;
  readonly #books: Books;
  readonly #pace: Pace;
  readonly #publishing: Publishing;
  readonly #stop = new AbortController();
  readonly #indexOf: ReadonlyMap<string, number>;
  #end: EndOfRun | undefined;
  #failure: unknown;
  #lastEndAt: number;

  constructor(ports: ExecutePorts, stored: StoredPlan, ledger: Ledger, options: ExecuteOptions) {
    const { clock, installation } = ports;
    const { signal } = this.#stop;
    this.#ports = ports;
    this.#stored = stored;
    this.#options = options;
    this.#books = new Books({ store: installation.store, put: installation.put, clock }, ledger);
    this.#pace = new Pace({ log: installation.log, clock, rate: options.rate, signal });
    const { rate, window } = options;
    const patience = { clock, signal, waiting: this.#waiting };
    this.#publishing = new Publishing(
      { ...ports, pace: this.#pace, books: this.#books },
      { stored, rate, window, patience },
    );
    this.#indexOf = new Map(stored.plan.items.map((item, index) => [subjectOf(item), index]));
    this.#lastEndAt = clock.now().getTime();
  }

  get progress(): Progress {
    return this.#books.progress;
  }

  async run(): Promise<EndOfRun> {
    const { signal } = this.#options;
    const interrupted = (): void => this.#endWith('interrupted');
    signal.addEventListener('abort', interrupted, { once: true });
    if (signal.aborted) interrupted();
    let outcomes: Outcomes | undefined;
    try {
      const { log } = this.#ports.installation;
      const followed = await this.#patiently(async () => Outcomes.follow(log, this.#stored.id));
      outcomes = followed;
      const tasks = [this.#publishing.run(), this.#follow(followed), this.#keepBooks(), this.#keepTime()];
      // It only looks, and may wait long for brokers that do not answer.
      void this.#pace.watch();
      await this.#allOrStopped(tasks);
    } catch (error) {
      this.#fail(error);
    } finally {
      signal.removeEventListener('abort', interrupted);
    }
    await this.#lastWords(outcomes);
    if (this.#failure !== undefined) throw this.#failure;
    return this.#end ?? 'halted';
  }

  /** A call that hangs must not keep what was asked to stop. */
  async #allOrStopped(tasks: readonly Promise<void>[]): Promise<void> {
    const all = Promise.all(tasks.map(async (task) => task.catch((error: unknown) => this.#fail(error))));
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    this.#stop.signal.addEventListener('abort', () => void this.#ports.clock.sleep(LAST_WORDS_MS).then(resolve));
    await Promise.race([all, stopped]);
  }

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

  readonly #waiting = (cause: Error): void => this.#ports.show(this.#books.tally.ended, cause.message);

  async #patiently<Result>(work: () => Promise<Result>): Promise<Result> {
    const { clock } = this.#ports;
    return patiently({ clock, signal: this.#stop.signal, waiting: this.#waiting }, work);
  }

  // ------------------------------------------------------------------------------------------------------- following

  async #follow(outcomes: Outcomes): Promise<void> {
    const { clock } = this.#ports;
    while (!this.#stop.signal.aborted) {
      if (this.#publishing.underWay.size > 0) await this.#patiently(async () => this.#take(outcomes));
      if (this.#publishing.isIdle) return;
      await clock.sleep(POLL_MS, this.#stop.signal).catch(() => undefined);
    }
  }

  async #take(outcomes: Outcomes): Promise<void> {
    for await (const some of outcomes.more()) await Promise.all(some.map(async (ended) => this.#settle(ended)));
  }

  async #settle(ended: Ended): Promise<void> {
    const { tally } = this.#books;
    const { store } = this.#ports.installation;
    const { items, mode } = this.#stored.plan;
    const index = this.#indexOf.get(ended.subject);
    const item = index === undefined ? undefined : items[index];
    if (index === undefined || item === undefined) return;
    if (!tally.has(index)) tally.settle(index, await judge({ store, mode }, { index, item }, ended));
    this.#publishing.underWay.delete(ended.subject);
    this.#lastEndAt = this.#ports.clock.now().getTime();
  }

  // ----------------------------------------------------------------------------------------------------------- books

  async #keepBooks(): Promise<void> {
    const { clock, installation, show } = this.#ports;
    while (!this.#stop.signal.aborted && !this.#publishing.isIdle) {
      await clock.sleep(CHECKPOINT_MS, this.#stop.signal).catch(() => undefined);
      await this.#patiently(async () => this.#books.checkpoint());
      show(this.#books.tally.ended, this.#note());
      const { state, asked } = this.progress;
      if (state === 'aborted') this.#endWith('aborted');
      // Paused by somebody who had to think that its holder was gone.
      if (state === 'paused' || asked === 'pause') this.#endWith('paused');
      if (this.#books.hasTooManyFailures) this.#endWith('dead-letters');
      const trouble = installation.trouble();
      if (trouble !== undefined) this.#fail(trouble);
    }
    this.#stop.abort();
  }

  async #keepTime(): Promise<void> {
    const { timeoutMs } = this.#options;
    if (timeoutMs === undefined) return;
    await this.#ports.clock.sleep(timeoutMs, this.#stop.signal).then(
      () => this.#endWith('timeout'),
      () => undefined,
    );
  }

  #note(): string {
    const quietFor = this.#ports.clock.now().getTime() - this.#lastEndAt;
    if (this.#pace.note !== undefined) return this.#pace.note;
    const { size } = this.#publishing.underWay;
    return size === 0 || quietFor < QUIET_MS ? '' : `${size} parts wait for the functions of the replay lane`;
  }

  /** What is under way may still end; what has ended is written down, and the lease is given back. */
  async #lastWords(outcomes: Outcomes | undefined): Promise<void> {
    if (this.#end === 'fenced') return;
    const { clock, show } = this.#ports;
    const { signal } = this.#options;
    if (this.#end === 'paused' && outcomes !== undefined) await this.#awaitRest(outcomes);
    const wanted = this.#end === 'aborted' ? 'aborted' : this.#books.tally.isComplete ? 'done' : 'paused';
    try {
      const patience = { clock, signal, waiting: this.#waiting, forMs: 2 * LAST_WORDS_MS };
      await patiently(patience, async () => this.#books.checkpoint(wanted));
    } catch (error) {
      if (error instanceof Fenced) this.#end = 'fenced';
      // Nothing is lost: it goes on from its last checkpoint when its lease is over.
      else if (this.#end !== 'interrupted') this.#failure ??= error;
      return;
    }
    const { state } = this.progress;
    if (state === 'aborted' || state === 'done') this.#end = state;
    if (state === 'done') this.#failure = undefined;
    show(this.#books.tally.ended, '');
  }

  async #awaitRest(outcomes: Outcomes): Promise<void> {
    const { clock } = this.#ports;
    const until = clock.now().getTime() + LAST_WORDS_MS;
    while (this.#publishing.underWay.size > 0 && clock.now().getTime() < until) {
      const taken = this.#take(outcomes).catch(() => undefined);
      await Promise.race([taken, clock.sleep(until - clock.now().getTime())]);
      await clock.sleep(POLL_MS);
    }
  }
}
