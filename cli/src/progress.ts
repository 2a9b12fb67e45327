import { systemClock, type Clock, type Environment } from '@weatherline/runtime';
import { Meter } from './progress-meter.ts';
import { Bar, Lines, type ProgressHost } from './progress-views.ts';

/** How far long work is, on stderr: a bar that is redrawn at a terminal, a line now and then elsewhere. */
export type Progress = Disposable & {
  /** So much is done; the note says at what it is. */
  readonly update: (done: number, note?: string) => void;
  /** Writes a line above the bar. */
  readonly say: (line: string) => void;
};

export type ProgressOptions = {
  readonly label: string;
  readonly total: number;
  readonly unit: string;
  readonly clock?: Pick<Clock, 'now'>;
  readonly env?: Environment;
  /** Calls it again and again; default: by a timer that keeps no process alive. */
  readonly every?: (ms: number, tick: () => void) => Disposable;
};

const TICK_MS = 250;

/** Begins to tell; what it tells last is told when it is disposed of. */
export function createProgress(host: ProgressHost, options: ProgressOptions): Progress {
  const { clock = systemClock, env = process.env, every = byTimer } = options;
  const meter = new Meter(options, () => clock.now().getTime());
  const isScreen = host.stderr.isTTY === true && env['TERM'] !== 'dumb';
  const view = isScreen ? new Bar(host, meter, !env['NO_COLOR']) : new Lines(host, meter);
  view.show();
  const ticking = every(TICK_MS, () => view.tick());
  let isOver = false;
  return {
    update: (done, note) => {
      meter.update(done, note);
      if (!isOver) view.tick();
    },
    say: (line) => view.say(line),
    [Symbol.dispose]() {
      if (isOver) return;
      isOver = true;
      ticking[Symbol.dispose]();
      view.end();
    },
  };
}

function byTimer(ms: number, tick: () => void): Disposable {
  const timer = setInterval(tick, ms).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
