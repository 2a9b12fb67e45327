import { DEPLOYABLE_VARIABLES, KAFKA_SETTINGS, S3_SETTINGS } from '@weatherline/adapters/settings';
import { DEFAULT_LOCATIONS, slotId, type Location } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import { ACCESS_SETTINGS, checkAccess } from '@weatherline/gateway/settings';
import {
  COMMON,
  ConfigurationError,
  loadConfig,
  type Environment,
  type Settings,
  type Values,
} from '@weatherline/runtime';
import { recordedPlaces } from '@weatherline/testkit/upstream';
import { namesCluster } from '../cluster.ts';
import { readConfig, SETTINGS, type ProviderName } from '../config.ts';
import { fail, NotAsked, ok, warn, type Finding } from './check.ts';

/** Some settings, whatever is wrong with others: a bad one among them is not asked about twice. */
export function readSome<S extends Settings>(settings: S, env: Environment): Values<S> {
  const names = Object.values(settings).flatMap(({ env: name }) => [name, `${name}_FILE`]);
  const own = Object.fromEntries(names.map((name) => [name, env[name]]));
  try {
    return loadConfig(settings, own);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new NotAsked('its settings are wrong, see settings');
    throw error;
  }
}

/** Every setting at once, as a start would read them. */
export function checkSettings(env: Environment): Finding {
  try {
    if (namesCluster(env)) {
      const table = { ...SETTINGS, ...KAFKA_SETTINGS, ...S3_SETTINGS };
      checkAccess(loadConfig(table, env, DEPLOYABLE_VARIABLES));
      return ok(`${Object.keys(table).length} settings, for an installation on Kafka`);
    }
    readConfig(env);
    return ok(`${Object.keys(SETTINGS).length} settings, for one machine`);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const problems = error.message.replace(/^bad configuration\n\s*/, '');
    return fail(problems, 'correct what is named; weatherline config shows every setting and where it comes from');
  }
}

/** Who is asked, as the settings say; a cluster's functions may have settings of their own. */
export function providerOf(env: Environment): ProviderName {
  const { provider, openweatherKey } = readSome(
    { provider: COMMON.provider, openweatherKey: COMMON.openweatherKey },
    env,
  );
  return provider ?? (openweatherKey === undefined ? 'recorded' : 'openweather');
}

export function locationsOf(env: Environment): readonly Location[] {
  const { locations } = readSome({ locations: COMMON.locations }, env);
  if (locations !== undefined) return locations;
  return providerOf(env) === 'recorded' && !namesCluster(env) ? recordedPlaces() : DEFAULT_LOCATIONS;
}

/** Ids are unique or the setting is refused; two ids for one place cost a call more at every slot. */
export function checkLocations(env: Environment): Finding {
  let locations: readonly Location[];
  try {
    loadConfig({ locations: COMMON.locations }, onlyOf(env, COMMON.locations.env));
    locations = locationsOf(env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const problems = error.message.replace(/^bad configuration\n\s*/, '');
    return fail(problems, `correct ${COMMON.locations.env}: an array of {id, name, lat, lon}, each id once`);
  }
  const count = `${locations.length} ${locations.length === 1 ? 'location' : 'locations'}`;
  const same = samePlaces(locations);
  if (same.length === 0) return ok(count);
  return warn(`${count}; the same place: ${same.join('; ')}`, `leave one of each in ${COMMON.locations.env}`);
}

/** Providers work with four decimals: what agrees in those is one place. */
function samePlaces(locations: readonly Location[]): string[] {
  const byPlace = Map.groupBy(locations, ({ lat, lon }) => `${lat.toFixed(4)},${lon.toFixed(4)}`);
  return [...byPlace.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.map(({ id }) => id).join(' = '));
}

export function checkSchedule(env: Environment, now: Date): Finding {
  let schedule: Schedule;
  try {
    ({ schedule } = loadConfig({ schedule: COMMON.schedule }, onlyOf(env, COMMON.schedule.env)));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const problem = error.message.replace(/^bad configuration\n\s*/, '');
    return fail(problem, `set ${COMMON.schedule.env} to five fields of cron, in UTC`);
  }
  const next = schedule.next(now);
  const minutes = Math.round((next.getTime() - now.getTime()) / 60_000);
  return ok(`'${schedule.expression}' UTC; the next slot is ${slotId(next)}, in ${spanOf(minutes)}`);
}

function spanOf(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}

function onlyOf(env: Environment, name: string): Environment {
  return { [name]: env[name], [`${name}_FILE`]: env[`${name}_FILE`] };
}

/** Every setting whose value is never printed. */
export function secretSettings(): readonly { readonly env: string }[] {
  const settings: Settings = { ...SETTINGS, ...ACCESS_SETTINGS, ...KAFKA_SETTINGS, ...S3_SETTINGS };
  return Object.values(settings).filter(({ secret = false }) => secret);
}
