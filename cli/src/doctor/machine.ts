import { createServer } from 'node:http';
import { ConfigurationError, listen } from '@weatherline/runtime';
import type { Owner } from '../data-directory.ts';
import { fail, ok, warn, type Finding } from './check.ts';

/** The first that runs our sources as they are, with everything that they use. */
const OLDEST = [24, 12] as const;

export function checkNode(version: string, path: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isNew = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  if (isNew) return ok(`${version}, ${path}`);
  return fail(
    `expected ${OLDEST.join('.')} or newer, got ${version}, ${path}`,
    'start through npm (npm start, npm run -s weatherline), which brings a Node of its own',
  );
}

export type PortQuestion = {
  readonly host: string;
  readonly port: number;
  /** The variable that names it. */
  readonly setting: string;
  /** Where whoever holds the port says who it is, and the name that is ours. */
  readonly path: '/health' | '/version';
  readonly service: string;
  /** Who owns the data directory just now. */
  readonly owner: Owner | undefined;
  /** A start would take another port by itself. */
  readonly isReplaceable: boolean;
};

/** A port that weatherline itself holds is as it should be. */
export async function checkPort(question: PortQuestion, signal: AbortSignal): Promise<Finding> {
  const { host, port, setting, owner, isReplaceable } = question;
  if (port === 0) return ok('any free one');
  try {
    await (await listen(createServer(), { host, port, setting }))[Symbol.asyncDispose]();
    return ok(`${port} on ${host} is free`);
  } catch (error) {
    const cause = error instanceof ConfigurationError ? error.cause : undefined;
    if (!(cause instanceof Error) || !('code' in cause)) throw error;
    if (cause.code !== 'EADDRINUSE') {
      return fail(`${port} on ${host} cannot be listened on (${String(cause.code)})`, `set ${setting} to another port`);
    }
  }
  const isOurs = await isWeatherline(question, signal);
  if (isOurs && owner !== undefined) return ok(`${port} is held by weatherline itself, process ${owner.pid}`);
  const who = isOurs ? 'weatherline with another data directory' : 'another program';
  if (isReplaceable) return warn(`${port} is held by ${who}; a start takes another`, `set ${setting} to a free port`);
  return fail(`${port} is held by ${who}`, `stop it, or set ${setting} to a free port (0 = any)`);
}

async function isWeatherline({ host, port, path, service }: PortQuestion, signal: AbortSignal): Promise<boolean> {
  const name = host === '::' ? '[::1]' : host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(2_000)]);
    const answer = await fetch(`http://${name}:${port}${path}`, { signal: within, redirect: 'manual' });
    const body: unknown = await answer.json();
    return typeof body === 'object' && body !== null && 'service' in body && body.service === service;
  } catch {
    return false;
  }
}

const NOTICEABLE_S = 5;
const HARMFUL_S = 60;

export type ClockQuestion = {
  /** Whose clock it is compared with. */
  readonly than: string;
  /** The `Date` of an answer; undefined = it had none. */
  readonly ask: () => Promise<string | undefined>;
  readonly now: () => number;
};

/** Slots, signatures and expiry all hang on the clock. A `Date` has whole seconds, cut off. */
export async function checkClock({ than, ask, now }: ClockQuestion): Promise<Finding> {
  const before = now();
  let header: string | undefined;
  try {
    header = await ask();
  } catch {
    // The error's message may hold an address.
    return warn(`${than} does not answer`, 'compare the clock with another: timedatectl');
  }
  const between = (before + now()) / 2;
  const theirs = Date.parse(header ?? '');
  if (Number.isNaN(theirs))
    return warn(`${than} does not tell the time`, 'compare the clock with another: timedatectl');
  const seconds = Math.round((between - (theirs + 500)) / 1000);
  const text = `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} ${than}`;
  const fix = 'set the clock: timedatectl set-ntp true';
  if (Math.abs(seconds) > HARMFUL_S) return fail(text, fix);
  if (Math.abs(seconds) > NOTICEABLE_S) return warn(text, fix);
  return ok(`within ${Math.max(1, Math.abs(seconds))} s of ${than}`);
}

/** Asks for nothing but the head of any answer: no key goes along. */
export async function dateOf(address: string, signal: AbortSignal): Promise<string | undefined> {
  // Within the time of the check: whoever is away is told elsewhere, and is no fault of the clock.
  const within = AbortSignal.any([signal, AbortSignal.timeout(4_000)]);
  const { headers } = await fetch(address, { method: 'HEAD', redirect: 'manual', signal: within });
  return headers.get('date') ?? undefined;
}
