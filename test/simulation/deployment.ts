import type { Running, Surroundings } from './chain.ts';
import { SimProcess, type Hosted } from './process.ts';

/** How long a broker waits for a member that says nothing, and what it takes to start a new process. */
export const SESSION_MS = 10_000;

export type Start = (process: SimProcess, surroundings: Surroundings) => Promise<Running>;

/** One replica: a process that is started again whenever it dies, as Kubernetes would. */
export class Deployment {
  readonly name: string;
  readonly #start: Start;
  readonly #hosted: Hosted;
  readonly #surroundings: Surroundings;
  readonly #skewMs: number;
  #incarnation = 0;
  process: SimProcess;
  #running: Running | undefined;
  isStopped = false;
  #starting: Promise<void> = Promise.resolve();

  constructor(name: string, start: Start, hosted: Hosted, surroundings: Surroundings, skewMs: number) {
    this.name = name;
    this.#start = start;
    this.#hosted = hosted;
    this.#surroundings = surroundings;
    this.#skewMs = skewMs;
    this.process = this.#spawn();
  }

  get isUp(): boolean {
    return this.#running !== undefined && !this.process.isDead;
  }

  start(): void {
    const { process } = this;
    this.#starting = this.#run(process);
  }

  /** Asks the process to stop, waits until it has, and starts the next. */
  async restart(): Promise<void> {
    const { process } = this;
    if (!this.isUp) return;
    const running = this.#running;
    this.#running = undefined;
    this.#hosted.world.note(`${process.name} is asked to stop`);
    await running?.drain();
    if (process.isDead) return;
    this.process = this.#spawn();
    this.start();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.#starting;
    const running = this.#running;
    this.#running = undefined;
    await running?.drain();
  }

  #spawn(): SimProcess {
    this.#incarnation += 1;
    const name = this.#incarnation === 1 ? this.name : `${this.name}.${this.#incarnation}`;
    return new SimProcess(name, { ...this.#hosted, skewMs: this.#skewMs, died: (process) => this.#died(process) });
  }

  async #run(process: SimProcess): Promise<void> {
    const { world } = this.#hosted;
    while (!process.isDead && !this.isStopped) {
      try {
        this.#running = await this.#start(process, this.#surroundings);
        return;
      } catch {
        // A process that cannot start ends, and is started again.
        await world.sleep(1_000);
      }
    }
  }

  #died(process: SimProcess): void {
    const { world, perils } = this.#hosted;
    this.#running = undefined;
    void (async () => {
      await world.sleep(perils.latencyMs('restart') * 50);
      if (this.isStopped) return;
      this.process = this.#spawn();
      this.start();
    })();
    void (async () => {
      await world.sleep(SESSION_MS);
      for (const membership of process.memberships) await this.#surroundings.broker.evict(membership);
    })();
  }
}
