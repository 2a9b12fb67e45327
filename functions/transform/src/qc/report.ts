import type { Flag, Qc, QcFailure } from '@weatherline/events';

export const FIELDS = [
  'temp',
  'humidity',
  'pressure',
  'station_pressure',
  'wind_speed',
  'wind_deg',
  'wind_gust',
  'visibility',
  'cloud_cover',
  'rain_1h',
  'snow_1h',
] as const;
export type Field = (typeof FIELDS)[number];

const SEVERITY: readonly Flag[] = [9, 2, 1, 3, 4];
/** The worst first. */
const JUDGEMENTS: readonly Flag[] = [4, 3, 1];
const DECISIVE: readonly Field[] = ['temp', 'humidity', 'pressure', 'wind_speed'];

/** Collects what the tests find: the worst flag of each field, and why. */
export class Report {
  readonly #flags = new Map<string, Flag>();
  readonly #failed: QcFailure[] = [];
  readonly #notEvaluated: string[] = [];

  constructor(present: (field: Field) => boolean) {
    for (const field of FIELDS) this.#flags.set(field, present(field) ? 1 : 9);
  }

  /** A test that was not passed; a field that is missing stays missing. */
  fail(test: string, fields: readonly string[], flag: 3 | 4, detail: string): void {
    this.#failed.push({ test, fields: [...fields], flag, detail });
    for (const field of fields) {
      const before = this.#flags.get(field) ?? 1;
      if (before !== 9 && SEVERITY.indexOf(flag) > SEVERITY.indexOf(before)) this.#flags.set(field, flag);
      if (!this.#flags.has(field)) this.#flags.set(field, flag);
    }
  }

  skip(test: string): void {
    this.#notEvaluated.push(test);
  }

  flagOf(field: string): Flag {
    return this.#flags.get(field) ?? 2;
  }

  /** May something be computed from this field? */
  isUsable(field: Field): boolean {
    const flag = this.flagOf(field);
    return flag === 1 || flag === 3;
  }

  /** Every field that was measured, for findings that concern the whole answer. */
  present(): string[] {
    return FIELDS.filter((field) => this.flagOf(field) !== 9);
  }

  result(): Qc {
    const worst = JUDGEMENTS.find((flag) => DECISIVE.some((field) => this.flagOf(field) === flag));
    return {
      overall: worst ?? 9,
      suite: 'weatherline-qc/1',
      fields: Object.fromEntries(this.#flags),
      failed: this.#failed,
      not_evaluated: this.#notEvaluated,
    };
  }
}
