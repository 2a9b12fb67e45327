import { Lanes, OneAtATime, type Clock, type Logger, type ProcessScope } from '@weatherline/runtime';
import type { Fault, Passage } from '@weatherline/testkit';
import { never, type World } from './world.ts';

/** What may befall a process on its way to its ports. */
export type Perils = {
  /** True = the process dies at this point, numbered over the whole run. */
  dies(point: number, name: string): boolean;
  fault(operation: string): Fault | undefined;
  latencyMs(operation: string): number;
  /** True = a request that was on its way when its sender died arrives all the same. */
  arrivesLate(): boolean;
};

/** The numbers of the points passed so far, over all processes. */
export type Points = { passed: number; readonly names: string[] | undefined };

/**
 * One simulated process: whatever it does to the outside passes a named point, and once it has died nothing it waits for
 * ever comes.
 */
export class SimProcess implements Passage {
  readonly name: string;
  readonly clock: Clock;
  readonly scope: ProcessScope;
  readonly memberships: AsyncDisposable[] = [];
  isDead = false;
  readonly #world: World;
  readonly #perils: Perils;
  readonly #points: Points;
  readonly #counts = new Map<string, number>();
  readonly #died: (process: SimProcess) => void;

  constructor(
    name: string,
    { world, perils, points, skewMs, died }: Hosted & { readonly died: (process: SimProcess) => void; skewMs: number },
  ) {
    this.name = name;
    this.#world = world;
    this.#perils = perils;
    this.#points = points;
    this.#died = died;
    this.clock = {
      now: () => new Date(world.now + skewMs),
      sleep: async (ms, signal) => {
        await world.sleep(ms, signal);
        if (this.isDead) await never();
      },
    };
    const turn = async (): Promise<void> => this.clock.sleep(0);
    this.scope = {
      id: `${name}/${points.passed}`,
      careful: new OneAtATime(),
      lanes: new Lanes(turn),
      turn,
    };
  }

  die(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#world.note(`${this.name} died`);
    this.#died(this);
  }

  fault(operation: string): Fault | undefined {
    const fault = this.#perils.fault(operation);
    if (fault !== undefined) this.#world.note(`${this.name}:${operation} ${fault}`);
    return fault;
  }

  async travel(operation: string, leg: 'there' | 'back'): Promise<void> {
    if (this.isDead) return never();
    const id = leg === 'there' ? operation : `${operation}+`;
    const count = (this.#counts.get(id) ?? 0) + 1;
    this.#counts.set(id, count);
    const name = `${this.name}:${id}:${count}`;
    const point = this.#points.passed;
    this.#points.passed += 1;
    this.#points.names?.push(name);
    this.#world.note(name);
    if (this.#perils.dies(point, name)) {
      this.die();
      return never();
    }
    await this.#world.sleep(this.#perils.latencyMs(operation));
    if (this.isDead && !(leg === 'there' && this.#perils.arrivesLate())) await never();
  }

  /** A logger that falls silent with its process. */
  logger(log: Logger, handled: (event: Handled) => void): Logger {
    return {
      debug: () => {},
      info: (message, fields = {}) => {
        if (this.isDead) return;
        if (message === 'event handled') {
          const { topic, partition, offset } = fields;
          handled({ process: this.name, topic: String(topic), partition: Number(partition), offset: Number(offset) });
        }
        log.info(message, fields);
      },
      warn: (message, fields) => {
        if (!this.isDead) log.warn(message, fields);
      },
      error: (message, fields) => {
        if (!this.isDead) log.error(message, fields);
      },
    };
  }
}

export type Hosted = { readonly world: World; readonly perils: Perils; readonly points: Points };

export type Handled = {
  readonly process: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
};
