import type { Location } from '@weatherline/events';
import { BODIES, bodyText, errorText, type Recorded, type Units } from './bodies.ts';
import { inUnits, movedTo, objectOf } from './convert.ts';
import { archiveBody, metricAt, oneCallBody, unknownVariable } from './history.ts';
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
  /** Answers One Call's `/data/3.0/onecall/timemachine?lat&lon&dt&units&appid`. */
  readonly timemachine: (query: URLSearchParams) => Reply;
  /** Answers Open-Meteo's `/v1/archive?latitude&longitude&start_date&end_date&hourly…`, for one day. */
  readonly archive: (query: URLSearchParams) => Reply;
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
  const scripted =
    (place: (query: URLSearchParams) => Location | undefined, good: (query: URLSearchParams, at?: Location) => Reply) =>
    (query: URLSearchParams): Reply => {
      const at = place(query);
      const reply = good(query, at);
      const rule = faults.next(at?.id);
      return rule === undefined ? reply : faultyReply(rule, reply);
    };
  return {
    answer: scripted(
      (query) => placeAt(query, 'lat', 'lon'),
      (query, at) => goodReply(query, at, recordedDt),
    ),
    timemachine: scripted((query) => placeAt(query, 'lat', 'lon'), timemachineReply),
    archive: scripted((query) => placeAt(query, 'latitude', 'longitude'), archiveReply),
    setScript: (rules) => {
      faults = new FaultScript(rules);
    },
  };
}

function placeAt(query: URLSearchParams, latitude: string, longitude: string): Location | undefined {
  const lat = Number(query.get(latitude) ?? Number.NaN);
  const lon = Number(query.get(longitude) ?? Number.NaN);
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

function unitsOf(text: string | null): Units {
  return text === 'metric' || text === 'imperial' ? text : 'standard';
}

function failed(status: number, file: string): Reply {
  return { status, headers: HEADERS, body: errorText(file) };
}

function timemachineReply(query: URLSearchParams, place: Location | undefined): Reply {
  if (!query.get('appid')) return failed(401, 'error-401-invalid-key.json');
  const dt = Number(query.get('dt') ?? Number.NaN);
  if (!Number.isInteger(dt)) return failed(400, 'error-400-onecall-invalid-date.json');
  if (dt < Date.UTC(1979, 0) / 1000) return failed(400, 'error-400-timemachine-out-of-range.json');
  if (place === undefined) return failed(404, 'error-404-city-not-found.json');
  const body = inUnits(metricAt(place, new Date(dt * 1000)), 'metric', unitsOf(query.get('units')));
  return { status: 200, headers: HEADERS, body: JSON.stringify(oneCallBody(body)) };
}

function archiveReply(query: URLSearchParams, place: Location | undefined): Reply {
  const date = query.get('start_date') ?? '';
  const midnight = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight) || query.get('end_date') !== date) return refused('expected start_date = end_date');
  if (midnight < Date.UTC(1940, 0)) return refused("Parameter 'start_date' is out of allowed range from 1940-01-01");
  if (place === undefined) return refused('the recorded upstream knows no such place');
  const variables = (query.get('hourly') ?? '').split(',');
  const unknown = unknownVariable(variables);
  if (unknown !== undefined) return refused(`Cannot initialize hourly variable from invalid String value ${unknown}.`);
  const hours = Array.from({ length: 24 }, (_, hour) => metricAt(place, new Date(midnight + hour * 3_600_000)));
  const body = archiveBody(place, hours, {
    variables,
    metresPerSecond: query.get('wind_speed_unit') === 'ms',
    unixTime: query.get('timeformat') === 'unixtime',
  });
  return { status: 200, headers: HEADERS, body: JSON.stringify(body) };
}

/** How Open-Meteo says no. */
function refused(reason: string): Reply {
  return { status: 400, headers: HEADERS, body: JSON.stringify({ error: true, reason }) };
}
