import type { Location } from '@weatherline/events';
import { BODIES, bodyText, errorText, type Recorded, type Units } from './bodies.ts';
import { inUnits, objectOf } from './convert.ts';
import { faultyReply, FaultScript, type FaultRule, type Reply } from './script.ts';
import { seriesBody, seriesPlaces } from './series.ts';

export type UpstreamOptions = {
  readonly script?: readonly FaultRule[];
  /** True = dt, sunrise and sunset stay as they were recorded, whatever slot is asked for. */
  readonly recordedDt?: boolean;
};

export type Upstream = {
  /** Answers `/data/2.5/weather?lat&lon&units&appid[&dt]`; `dt` (unix seconds) is ours: the slot that is meant. */
  readonly answer: (query: URLSearchParams) => Reply;
  readonly setScript: (script: readonly FaultRule[]) => void;
};

/** Degrees: OpenWeather answers by the nearest place it knows; the stand-in knows only these. */
const NEAR = 0.05;
const HEADER = 'x-weatherline-reconstruction';
const HEADERS = { server: 'recorded', 'content-type': 'application/json; charset=utf-8' };

/** Every place that the recorded upstream can answer for, sorted by id. */
export function recordedPlaces(): readonly Location[] {
  const recorded = BODIES.map(({ place }) => place);
  const series = seriesPlaces().filter(({ id }) => recorded.every((place) => place.id !== id));
  return [...recorded, ...series].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** The places of which more than one instant is known: a reconstructed series, labelled as such. */
export function recordedSeriesPlaces(): readonly Location[] {
  return seriesPlaces();
}

/** OpenWeather's current weather from recorded answers; a fault script decides when it misbehaves. */
export function createRecordedUpstream({ script, recordedDt = false }: UpstreamOptions = {}): Upstream {
  let faults = new FaultScript(script);
  return {
    answer: (query) => {
      const place = placeOf(query);
      const good = goodReply(query, place, recordedDt);
      const rule = faults.next(place?.id);
      return rule === undefined ? good : faultyReply(rule, good);
    },
    setScript: (rules) => {
      faults = new FaultScript(rules);
    },
  };
}

function placeOf(query: URLSearchParams): Location | undefined {
  const lat = Number(query.get('lat') ?? Number.NaN);
  const lon = Number(query.get('lon') ?? Number.NaN);
  return recordedPlaces().find((place) => Math.abs(place.lat - lat) <= NEAR && Math.abs(place.lon - lon) <= NEAR);
}

function goodReply(query: URLSearchParams, place: Location | undefined, recordedDt: boolean): Reply {
  if (!query.get('appid')) return failed(401, 'error-401-invalid-key.json');
  if (!(Math.abs(Number(query.get('lat') ?? Number.NaN)) <= 90)) return failed(400, 'error-400-wrong-latitude.json');
  if (place === undefined) return failed(404, 'error-404-city-not-found.json');
  const units = unitsOf(query.get('units'));
  const asked = query.get('dt');
  const slot = asked === null || recordedDt ? undefined : new Date(Number(asked) * 1000);
  const series = slot === undefined ? undefined : seriesBody(place.id, slot);
  if (series !== undefined) return labelled(inUnits(series, 'metric', units), 'series');
  const recorded = BODIES.find((body) => body.place.id === place.id);
  if (recorded !== undefined) return recordedReply(recorded, units, slot);
  // A place that has a series only, asked without a slot: its first recorded day.
  return labelled(inUnits(seriesBody(place.id, new Date('2012-01-01T12:00:00Z')) ?? {}, 'metric', units), 'series');
}

function recordedReply({ file, units: recordedUnits }: Recorded, units: Units, slot: Date | undefined): Reply {
  const text = bodyText(file);
  if (slot === undefined && units === recordedUnits) return { status: 200, headers: HEADERS, body: text };
  const body = inUnits(objectOf(JSON.parse(text)), recordedUnits, units);
  if (slot === undefined) return { status: 200, headers: HEADERS, body: JSON.stringify(body) };
  return labelled(movedTo(body, slot), 'dt');
}

function labelled(body: Record<string, unknown>, how: 'dt' | 'series'): Reply {
  return { status: 200, headers: { ...HEADERS, [HEADER]: how }, body: JSON.stringify(body) };
}

/** Moves the instant of the answer to the slot, and with it the sun by the same number of seconds. */
function movedTo(body: Record<string, unknown>, slot: Date): Record<string, unknown> {
  const by = Math.floor(slot.getTime() / 1000) - Number(body['dt']);
  const sys = objectOf(body['sys']);
  const days = Math.round(by / 86_400) * 86_400;
  // 0 means polar day or night and stays; the sun keeps its time of day.
  const moved = (at: unknown): unknown => (typeof at === 'number' && at !== 0 ? at + days : at);
  const sun = { sunrise: moved(sys['sunrise']), sunset: moved(sys['sunset']) };
  return { ...body, dt: Number(body['dt']) + by, sys: { ...sys, ...sun } };
}

function unitsOf(text: string | null): Units {
  return text === 'metric' || text === 'imperial' ? text : 'standard';
}

function failed(status: number, file: string): Reply {
  return { status, headers: HEADERS, body: errorText(file) };
}
