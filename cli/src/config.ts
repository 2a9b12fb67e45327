import { historyName, type HistoryId } from '@weatherline/adapters/providers/history';
import { DEPLOYABLE_VARIABLES } from '@weatherline/adapters/settings';
import { DEFAULT_LOCATIONS, type Location } from '@weatherline/events';
import { ACCESS_SETTINGS, checkAccess } from '@weatherline/gateway/settings';
import { COMMON, GATEWAY, loadConfig, type Environment, type Values } from '@weatherline/runtime';
import { recordedPlaces } from '@weatherline/testkit/upstream';

/** Everything that `weatherline` on one machine can be told by its environment. */
export const SETTINGS = {
  ...COMMON,
  // One machine: nothing is offered to the network unless somebody says so.
  httpHost: { ...COMMON.httpHost, fallback: '127.0.0.1' },
  ...ACCESS_SETTINGS,
  accessLog: GATEWAY.accessLog,
} as const;

export type ProviderName = 'recorded' | 'openweather' | 'open-meteo';

export type Config = Omit<Values<typeof SETTINGS>, 'provider' | 'history' | 'locations'> & {
  readonly provider: ProviderName;
  /** Who is asked about slots that have ended, when the provider knows only the present. */
  readonly history: HistoryId | 'none';
  readonly locations: readonly Location[];
  /** Was the infra port asked for? Then a taken one is an error, else another is chosen. */
  readonly infraPortIsSet: boolean;
};

/** Reads the environment; throws one ConfigurationError that names every problem. */
export function readConfig(env: Environment): Config {
  const values = loadConfig(SETTINGS, env, DEPLOYABLE_VARIABLES);
  checkAccess(values);
  const provider = values.provider ?? (values.openweatherKey === undefined ? 'recorded' : 'openweather');
  return {
    ...values,
    provider,
    history: historyName(values),
    locations: values.locations ?? (provider === 'recorded' ? recordedPlaces() : DEFAULT_LOCATIONS),
    infraPortIsSet: Boolean(env['WEATHERLINE_INFRA_PORT'] ?? env['WEATHERLINE_INFRA_PORT_FILE']),
  };
}
