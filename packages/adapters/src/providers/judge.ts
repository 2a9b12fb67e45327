import { ProviderError } from '@weatherline/runtime';
import type { WireAnswer } from './http-call.ts';

/**
 * Returns the body of a usable answer; throws the ProviderError that any other means.
 *
 * Status first, then content type, then JSON, then the `cod` that OpenWeather puts into the body (a number or a string).
 */
export function judge({ status, headers, body }: WireAnswer): string {
  if (status >= 300 && status < 400) throw retry(`HTTP_${status}`, 'a redirect is not followed');
  const parsed = parseObject(body);
  if (status < 200 || status >= 400) throw fault(status, parsed, headers);
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    throw retry('CONTENT_TYPE', `expected application/json, got ${(headers['content-type'] ?? 'none').slice(0, 60)}`);
  }
  if (parsed === undefined)
    throw retry('NOT_JSON', `expected a JSON object, got ${body.length} characters of something else`);
  const cod = Number(parsed['cod'] ?? status);
  if (Number.isInteger(cod) && cod >= 400 && cod < 600) throw fault(cod, parsed, headers);
  return body;
}

/**
 * Throws when there is no number where a good answer has one.
 *
 * What is stored for a slot stays: an answer about an hour that is not in an archive yet must not become its reading.
 */
export function refuseEmpty(body: string, path: readonly (string | number)[]): void {
  if (typeof path.reduce(memberOf, JSON.parse(body)) === 'number') return;
  throw new ProviderError('location', 'NO_DATA', `the provider has no ${path.join('.')} for the slot`);
}

function memberOf(value: unknown, name: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === String(name))?.[1];
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return Object.fromEntries(Object.entries(parsed));
  } catch {
    return undefined;
  }
}

function fault(
  status: number,
  parsed: Record<string, unknown> | undefined,
  headers: WireAnswer['headers'],
): ProviderError {
  // OpenWeather's word for it, and Open-Meteo's.
  const text = parsed?.['message'] ?? parsed?.['reason'];
  const said = typeof text === 'string' ? text : '';
  if (status === 401 || status === 403) {
    return /separate subscription/i.test(said)
      ? new ProviderError('subscription', 'SUBSCRIPTION', 'the key is good, but its plan does not hold this product')
      : new ProviderError('key', 'INVALID_KEY', `the provider does not accept the key (HTTP ${status})`);
  }
  if (status === 429) {
    const retryAfterMs = retryAfter(headers['retry-after']);
    const options = retryAfterMs === undefined ? {} : { retryAfterMs };
    return new ProviderError('throttled', 'HTTP_429', 'the provider throttles this key', options);
  }
  if (status === 408 || status >= 500) return retry(`HTTP_${status}`, `the provider answered HTTP ${status}`);
  return new ProviderError('location', `HTTP_${status}`, safe(said) || `the provider answered HTTP ${status}`);
}

/** Seconds or an HTTP date, as milliseconds from now; a provider's word is no reason to wait over an hour. */
function retryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, 3_600_000) : undefined;
}

/** What a provider says is shown only while it cannot hold a key or an address. */
function safe(said: string): string {
  return /https?:|appid|key/i.test(said) ? '' : said.slice(0, 120);
}

function retry(code: string, message: string): ProviderError {
  return new ProviderError('retry', code, message);
}
