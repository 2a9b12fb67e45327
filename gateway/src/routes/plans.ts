import { LRUCache } from 'lru-cache';
import type { Run, Runs } from '../store/runs.ts';

/** What answers say of a plan: a plan of 200,000 places is large, and lists have a thousand of them. */
export type PlanSummary = { readonly reason: string; readonly parts: number; readonly locations: number };

const MOST_KEPT = 10_000;

/** The plans of runs; a plan is stored once and stays as it is, so each is read once. */
export class Plans {
  readonly #runs: Pick<Runs, 'plan'>;
  readonly #kept = new LRUCache<string, PlanSummary>({ max: MOST_KEPT });

  constructor(runs: Pick<Runs, 'plan'>) {
    this.#runs = runs;
  }

  async of(run: Run): Promise<PlanSummary | undefined> {
    if (run.plan === undefined) return undefined;
    const name = `${run.plan.key} ${run.plan.etag}`;
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const plan = await this.#runs.plan(run);
    if (plan === undefined) return undefined;
    const { parts } = plan;
    const locations = parts.reduce((sum, part) => sum + part.length, 0);
    const summary = { reason: plan.run.reason, parts: parts.length, locations };
    this.#kept.set(name, summary);
    return summary;
  }
}
