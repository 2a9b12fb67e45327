/**
 * The HorizontalPodAutoscaler that KEDA makes of a ScaledObject (pkg/controllers/keda/hpa.go: one External metric with an
 * AverageValue of lagThreshold, minReplicas 1 where the ScaledObject has 0, maxReplicas as there), as Kubernetes 1.35 runs it:
 * pkg/controller/podautoscaler/horizontal.go and replica_calculator.go, with the controller's defaults and the default
 * behaviour of pkg/apis/autoscaling/v2/defaults.go.
 */
export const SYNC_SECONDS = 15;
const TOLERANCE = 0.1;
const DOWN_WINDOW = 300;
const POLICY_PERIOD = 15;
const PODS_PER_PERIOD = 4;

export type HorizontalLimits = { readonly target: number; readonly max: number };

export class HorizontalAutoscaler {
  readonly #limits: HorizontalLimits;
  #recommendations: { readonly at: number; readonly replicas: number }[] = [];
  #ups: { readonly at: number; readonly by: number }[] = [];

  constructor(limits: HorizontalLimits) {
    this.#limits = limits;
  }

  /** One sync: how many replicas there shall be. With none the HPA is off (reconcileAutoscaler: ScalingDisabled). */
  sync(at: number, current: number, metric: number): number {
    if (current === 0) return 0;
    const wanted = this.#stabilised(at, current, this.#desired(current, metric));
    const next = this.#limited(at, current, wanted);
    if (next > current) this.#ups.push({ at, by: next - current });
    return next;
  }

  /** GetExternalPerPodMetricReplicas: no change within the tolerance, else the quotient, rounded up. */
  #desired(current: number, metric: number): number {
    const ratio = metric / (this.#limits.target * current);
    return Math.abs(1 - ratio) <= TOLERANCE ? current : Math.ceil(metric / this.#limits.target);
  }

  /** stabilizeRecommendationWithBehaviors: up at once, down to the highest recommendation of five minutes. */
  #stabilised(at: number, current: number, desired: number): number {
    const recent = this.#recommendations.filter((one) => one.at > at - DOWN_WINDOW);
    const floor = Math.max(desired, ...recent.map(({ replicas }) => replicas));
    this.#recommendations = [...recent, { at, replicas: desired }];
    return Math.min(Math.max(current, desired), floor);
  }

  /** convertDesiredReplicasWithBehaviorRate: up by the larger of 4 pods and 100 % in 15 s; down by any number. */
  #limited(at: number, current: number, wanted: number): number {
    this.#ups = this.#ups.filter((one) => one.at > at - POLICY_PERIOD);
    const before = current - this.#ups.reduce((sum, { by }) => sum + by, 0);
    const most = Math.min(this.#limits.max, Math.max(before + PODS_PER_PERIOD, before * 2));
    // A limit never takes away what is there.
    if (wanted > current) return Math.max(current, Math.min(wanted, most));
    return Math.max(wanted, 1);
  }
}
