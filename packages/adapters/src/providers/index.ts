export { MAX_BODY_BYTES, TIMEOUTS, type Timeouts, type WireAnswer } from './http-call.ts';
export { createOpenMeteo, type OpenMeteoOptions } from './open-meteo.ts';
export { createOpenWeather, type OpenWeatherOptions } from './openweather.ts';
export { createRecorded, type Answerer, type RecordedOptions } from './recorded.ts';
export { openConfiguredProvider, PROVIDER_SETTINGS, type ProviderConfig } from './open.ts';
