import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Observe } from './handle-message.ts';

export type HttpObservation = {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
};

export type StoreObservation = {
  readonly operation: 'get' | 'list';
  readonly result: 'ok' | 'missing' | 'error';
  readonly durationMs: number;
};

export type Metrics = {
  readonly observe: Observe;
  readonly observeHttp: (observation: HttpObservation) => void;
  readonly observeStore: (call: StoreObservation) => void;
  /** A product can be read: its slot, how many records it has and how many locations were asked for. */
  readonly observeProduct: (product: { slot: Date; records: number; locations: number }) => void;
  /** A product that was there before this process: freshness counts from it as well. */
  readonly showSlot: (slot: Date) => void;
  readonly setSchedulePeriod: (seconds: number) => void;
  /** Lag is asked for when the metrics are read; a query that fails removes the series. */
  readonly collectLag: (query: () => Promise<readonly LagSample[]>) => void;
  /** Where a deployable adds metrics that are its alone. */
  readonly registry: Registry;
  /** Prometheus' text format. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
};

export type LagSample = {
  readonly topic: string;
  readonly group: string;
  readonly partition: number;
  readonly lag: number;
};

/** Every metric of a process, in a registry of its own. Base units; labels never hold ids. */
export function createMetrics({ service, version }: { service: string; version: string }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // The default of 10 ms wakes an idle process a hundred times a second: half of what it costs.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 200 });
  new Gauge({
    name: 'weatherline_build_info',
    help: 'What runs here; always 1',
    labelNames: ['service', 'version', 'node'],
    registers,
  }).set({ service, version, node: process.version }, 1);
  const http = httpMetrics(registers);
  const products = productMetrics(registers);
  return {
    observe: eventMetrics(registers),
    observeHttp: http,
    observeStore: storeMetrics(registers),
    ...products,
    collectLag: (query) => lagMetric(registers, query),
    registry,
    text: async () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function eventMetrics(registers: Registry[]): Observe {
  const handled = new Counter({
    name: 'weatherline_events_handled_total',
    help: 'Tries of events by what became of them',
    labelNames: ['function', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'weatherline_event_handling_seconds',
    help: 'From the start of a try to its end',
    labelNames: ['function'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 240],
    registers,
  });
  const age = new Histogram({
    name: 'weatherline_event_age_seconds',
    help: 'From the moment the log took an event to the end of a try',
    labelNames: ['function'],
    buckets: [0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 21_600],
    registers,
  });
  const letters = new Counter({
    name: 'weatherline_dead_letters_total',
    help: 'Events that were set aside',
    labelNames: ['topic', 'code'],
    registers,
  });
  return ({ function: name, outcome, durationMs, ageMs, topic, code }) => {
    handled.inc({ function: name, outcome });
    seconds.observe({ function: name }, durationMs / 1000);
    age.observe({ function: name }, Math.max(0, ageMs) / 1000);
    if (outcome === 'dead_lettered') letters.inc({ topic, code: code ?? 'UNKNOWN' });
  };
}

function httpMetrics(registers: Registry[]): Metrics['observeHttp'] {
  const requests = new Counter({
    name: 'weatherline_http_requests_total',
    help: 'HTTP requests by route pattern',
    labelNames: ['route', 'method', 'code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'weatherline_http_request_duration_seconds',
    help: 'From the request line to the last byte of the answer',
    labelNames: ['route', 'method'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.3, 1, 3, 10],
    registers,
  });
  return ({ route, method, status, durationMs }) => {
    requests.inc({ route, method, code: String(status) });
    seconds.observe({ route, method }, durationMs / 1000);
  };
}

function storeMetrics(registers: Registry[]): Metrics['observeStore'] {
  const seconds = new Histogram({
    name: 'weatherline_store_request_duration_seconds',
    help: 'Reads of the object store by what came of them',
    labelNames: ['operation', 'result'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.3, 1, 5],
    registers,
  });
  return ({ operation, result, durationMs }) => seconds.observe({ operation, result }, durationMs / 1000);
}

function productMetrics(registers: Registry[]): Pick<Metrics, 'observeProduct' | 'showSlot' | 'setSchedulePeriod'> {
  const slotOf = new Gauge({
    name: 'weatherline_product_scheduled_timestamp_seconds',
    help: 'The slot of the newest product that can be read',
    registers,
  });
  const period = new Gauge({
    name: 'weatherline_schedule_period_seconds',
    help: 'From one slot to the next',
    registers,
  });
  const expected = new Counter({
    name: 'weatherline_locations_expected_total',
    help: 'Locations that the stored parts were asked for',
    registers,
  });
  const delivered = new Counter({
    name: 'weatherline_locations_delivered_total',
    help: 'Locations that ended as a record',
    registers,
  });
  let newest = 0;
  const showSlot = (slot: Date): void => {
    newest = Math.max(newest, slot.getTime() / 1000);
    slotOf.set(newest);
  };
  return {
    showSlot,
    observeProduct: ({ slot, records, locations }) => {
      showSlot(slot);
      expected.inc(locations);
      delivered.inc(records);
    },
    setSchedulePeriod: (seconds) => period.set(seconds),
  };
}

function lagMetric(registers: Registry[], query: () => Promise<readonly LagSample[]>): void {
  const gauge: Gauge<'topic' | 'group' | 'partition'> = new Gauge({
    name: 'weatherline_consumer_lag',
    help: 'Events that a group has not finished',
    labelNames: ['topic', 'group', 'partition'],
    registers,
    collect: async () => {
      const samples = await query().catch(() => []);
      gauge.reset();
      for (const { topic, group, partition, lag } of samples) gauge.set({ topic, group, partition }, lag);
    },
  });
}
