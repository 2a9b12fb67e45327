import type { Meter } from './progress-meter.ts';
import { barLine, percentOf, plainProgress } from './progress-line.ts';
import { textWidth } from './text-width.ts';

export type ProgressHost = {
  readonly stderr: {
    write: (text: string) => unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
  };
};

const COLUMNS = 80;
const DRAW_EVERY_MS = 100;
const SILENT_AT_MOST_MS = 30_000;
const LINE_EVERY_PERCENT = 10;

/** One line that is drawn again and again in its place. */
export class Bar {
  readonly #host: ProgressHost;
  readonly #meter: Meter;
  readonly #isColoured: boolean;
  readonly #write: (text: string) => unknown;
  readonly #restore: () => void;
  #drawnAt = 0;
  #drawnWidth = 0;
  /** Somebody has begun a line and not ended it. */
  #isMidLine = false;

  constructor(host: ProgressHost, meter: Meter, isColoured: boolean) {
    this.#host = host;
    this.#meter = meter;
    this.#isColoured = isColoured;
    const { stderr } = host;
    const own = Object.getOwnPropertyDescriptor(stderr, 'write');
    const write = stderr.write.bind(stderr);
    this.#write = write;
    // A log line that is written meanwhile would be glued to the bar, and what is left of it wiped with the next.
    stderr.write = (chunk: string | Uint8Array, ...more: readonly unknown[]): unknown => {
      this.#leave();
      this.#isMidLine = !Buffer.from(chunk).toString().endsWith('\n');
      const result: unknown = Reflect.apply(write, undefined, [chunk, ...more]);
      this.tick();
      return result;
    };
    this.#restore = () => {
      if (own === undefined) Reflect.deleteProperty(stderr, 'write');
      else Object.defineProperty(stderr, 'write', own);
    };
  }

  show(): void {
    if (this.#isMidLine) return;
    const columns = this.#columns();
    const paint = (bar: string): string => (this.#isColoured ? `\u001B[32m${bar}\u001B[0m` : bar);
    // A line that fills the last column is wrapped by some terminals.
    const state = this.#meter.state();
    this.#write(`${this.#back()}${barLine(state, columns - 1, paint)}`);
    this.#drawnAt = this.#meter.now();
    this.#drawnWidth = textWidth(barLine(state, columns - 1, (bar) => bar));
  }

  tick(): void {
    if (this.#meter.now() - this.#drawnAt >= DRAW_EVERY_MS) this.show();
  }

  say(line: string): void {
    this.#leave();
    this.#write(`${line}\n`);
    this.show();
  }

  end(): void {
    this.show();
    this.#write('\n');
    this.#restore();
  }

  /** Takes the bar away until it is drawn again. */
  #leave(): void {
    if (this.#drawnWidth > 0) this.#write(this.#back());
    this.#drawnWidth = 0;
  }

  /** To where the line begins, and away with it: a terminal that was made narrower has wrapped it. */
  #back(): string {
    const above = Math.max(0, Math.ceil(this.#drawnWidth / this.#columns()) - 1);
    return above === 0 ? '\r\u001B[K' : `\r\u001B[${above}A\u001B[J`;
  }

  #columns(): number {
    const { columns } = this.#host.stderr;
    return columns === undefined || columns < 1 ? COLUMNS : columns;
  }
}

/** A line for each tenth, and one when nothing was said for long. */
export class Lines {
  readonly #host: ProgressHost;
  readonly #meter: Meter;
  #shownAt = 0;
  #shown = -1;
  #next = 0;

  constructor(host: ProgressHost, meter: Meter) {
    this.#host = host;
    this.#meter = meter;
  }

  show(): void {
    const state = this.#meter.state();
    this.#shown = state.done;
    this.#host.stderr.write(`${plainProgress(state)}\n`);
    this.#shownAt = this.#meter.now();
    this.#next = (Math.floor(percentOf(state) / LINE_EVERY_PERCENT) + 1) * LINE_EVERY_PERCENT;
  }

  tick(): void {
    const isSilent = this.#meter.now() - this.#shownAt >= SILENT_AT_MOST_MS;
    if (isSilent || percentOf(this.#meter.state()) >= this.#next) this.show();
  }

  say(line: string): void {
    this.#host.stderr.write(`${line}\n`);
  }

  end(): void {
    if (this.#meter.state().done !== this.#shown) this.show();
  }
}
