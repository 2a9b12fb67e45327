import { HorizontalAutoscaler, SYNC_SECONDS } from './horizontal.ts';
import type { ScalerSettings } from './scaled-objects.ts';
import { askScaler, type DeletedEvents, type PartitionView } from './scaler.ts';

/** What KEDA sees when it asks; undefined = the brokers do not answer. */
export type Look = () => readonly PartitionView[] | undefined;

export type Phases = {
  /** In which second of its interval KEDA polls, and the HPA syncs: they start whenever their processes did. */
  readonly poll: number;
  readonly sync: number;
};

/** KEDA and its HPA around one workload: KEDA between 0 and 1, the HPA from 1 on. One tick is a second. */
export class Autoscaler {
  readonly #settings: ScalerSettings;
  readonly #deleted: DeletedEvents;
  readonly #phases: Phases;
  readonly #horizontal: HorizontalAutoscaler;
  #replicas = 0;
  #lastActive: number | undefined;
  #failures = 0;

  constructor(settings: ScalerSettings, deleted: DeletedEvents, phases: Phases) {
    this.#settings = settings;
    this.#deleted = deleted;
    this.#phases = phases;
    const { maxReplicaCount: max, triggers } = settings;
    this.#horizontal = new HorizontalAutoscaler({ target: triggers[0].metadata.lagThreshold, max });
  }

  /** The replicas that are wanted after this second. */
  tick(at: number, look: Look): number {
    const { poll, sync } = this.#phases;
    if (at % this.#settings.pollingInterval === poll % this.#settings.pollingInterval) this.#poll(at, look);
    if (at % SYNC_SECONDS === sync % SYNC_SECONDS) this.#sync(at, look);
    return this.#replicas;
  }

  /** kedacore/keda 2.21, pkg/scaling/executor/scale_scaledobjects.go: RequestScale, for minReplicaCount 0 and no idle count. */
  #poll(at: number, look: Look): void {
    const seen = look();
    // isError with a fallback: it is left as it is, or the HPA could no more apply the fallback.
    if (seen === undefined) return;
    const { isActive } = askScaler(seen, this.#settings, this.#deleted);
    if (isActive) {
      if (this.#replicas === 0) this.#replicas = 1;
      this.#lastActive = at;
      return;
    }
    if (this.#replicas === 0) return;
    // scaleToZeroOrIdle: the cooldown counts from the last poll that found it active.
    if (this.#lastActive === undefined || this.#lastActive + this.#settings.cooldownPeriod < at) this.#replicas = 0;
  }

  /** The HPA asks KEDA's metrics server, which asks the brokers anew (pkg/scaling/scale_handler.go: GetScaledObjectMetrics). */
  #sync(at: number, look: Look): void {
    if (this.#replicas === 0) return;
    const metric = this.#metric(look);
    // Without a metric the HPA changes nothing.
    if (metric !== undefined) this.#replicas = this.#horizontal.sync(at, this.#replicas, metric);
  }

  /** pkg/fallback/fallback.go: after so many failures in a row the metric is what the fallback's replicas would need. */
  #metric(look: Look): number | undefined {
    const { fallback, triggers } = this.#settings;
    const seen = look();
    if (seen !== undefined) {
      this.#failures = 0;
      return askScaler(seen, this.#settings, this.#deleted).metric;
    }
    this.#failures += 1;
    if (this.#failures <= fallback.failureThreshold) return undefined;
    return Math.max(this.#replicas, fallback.replicas) * triggers[0].metadata.lagThreshold;
  }
}
