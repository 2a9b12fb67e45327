import { readFileSync, statSync } from 'node:fs';
import { KAFKA_SETTINGS } from '@weatherline/adapters/settings';
import { ACCESS_SETTINGS } from '@weatherline/gateway/settings';
import { ConfigurationError, type Environment } from '@weatherline/runtime';
import * as v from 'valibot';
import { fail, ok, skipped, warn, type Finding } from './check.ts';
import { shellWord } from '../shell-word.ts';
import { secretSettings } from './settings.ts';

/** What may be written over several lines; any other secret is one word. */
const MANY_LINES: ReadonlySet<string> = new Set([ACCESS_SETTINGS.apiKeys.env, KAFKA_SETTINGS.kafkaKey.env]);
const READABLE_BY_ALL = 0o004;
const DAY_MS = 86_400_000;
/** A secret that is older ought to be another one. */
const OLD_DAYS = 90;

/** The files that hold secrets: what is said of them is never what is in them. */
export function checkSecretFiles(env: Environment, now: Date): Finding {
  const named = secretSettings().map(({ env: name }) => ({ name, file: env[`${name}_FILE`] }));
  const files = named.flatMap(({ name, file }) => (file === undefined || file === '' ? [] : [{ name, file }]));
  const findings = files.map(({ name, file }) => checkFile(name, file, now));
  for (const { name, file } of named) {
    if ((file !== undefined && file !== '') || !env[name]) continue;
    const move = `write it to a file of mode 600, and set ${name}_FILE to its path`;
    findings.push(warn(`${name} is in the environment, which every child process and crash report is given`, move));
  }
  if (findings.length === 0) return skipped('no secret is set');
  const worst = findings.find(({ status }) => status === 'fail') ?? findings.find(({ status }) => status === 'warn');
  if (worst === undefined) return ok(files.map(({ name, file }) => `${name}: ${file}`).join('\n'));
  const bad = findings.filter(({ status }) => status !== 'ok');
  const fixes = bad.map(({ fix }) => fix).join('; ');
  return { status: worst.status, detail: bad.map(({ detail }) => detail).join('\n'), fix: fixes };
}

function checkFile(name: string, file: string, now: Date): Finding {
  let mode: number;
  let mtimeMs: number;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
    ({ mode, mtimeMs } = statSync(file));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return fail(
      `${name}_FILE: ${file} cannot be read (${code})`,
      `put the secret into ${file}, readable for this user`,
    );
  }
  if (text.trim() === '') return fail(`${name}_FILE: ${file} is empty`, `put the secret into ${file}`);
  if ((mode & READABLE_BY_ALL) !== 0) {
    const shown = (mode & 0o777).toString(8);
    return warn(`${name}_FILE: ${file} can be read by every user (mode ${shown})`, `chmod 600 ${shellWord(file)}`);
  }
  const odd = oddityOf(text, MANY_LINES.has(name));
  if (odd !== undefined) return warn(`${name}_FILE: ${file} ${odd}`, `write the secret alone into ${file}`);
  const days = Math.floor((now.getTime() - mtimeMs) / DAY_MS);
  // API keys have ends of their own.
  if (days <= OLD_DAYS || name === ACCESS_SETTINGS.apiKeys.env) return ok('');
  const rotate = `get a new secret, write it into ${file} (it is read again without a restart), and revoke the old one`;
  return warn(`${name}_FILE: ${file} was written ${days} days ago`, rotate);
}

/** One line feed at the end is every editor's habit, and is left out by every reader of ours. */
function oddityOf(text: string, isManyLines: boolean): string | undefined {
  if (text.startsWith('\u{FEFF}')) return 'begins with a byte order mark, which becomes part of the secret';
  if (isManyLines) return undefined;
  if (/\s/.test(text.trim())) return 'holds more than one word or line';
  if (/^(["']).*\1$/s.test(text.trim())) return 'has quotation marks around the secret, which become part of it';
  const isPlain = text === text.trim() || text === `${text.trim()}\n`;
  return isPlain ? undefined : 'has blanks or line ends around the secret; weatherline leaves them out, others may not';
}

const Entries = v.array(v.looseObject({ id: v.string(), expires_at: v.optional(v.string()) }));
const MONTH_MS = 30 * DAY_MS;

/** Who may read from the gateway: the file is valid, and its keys have time left. */
export function checkApiKeys(env: Environment, now: Date): Finding {
  const { env: name } = ACCESS_SETTINGS.apiKeys;
  const file = env[`${name}_FILE`];
  if (!file && !env[name]) return skipped('no API keys are set: everyone may read');
  let text: string;
  try {
    text = file ? readFileSync(file, 'utf8') : (env[name] ?? '');
    ACCESS_SETTINGS.apiKeys.parse(text);
  } catch (error) {
    const why =
      error instanceof ConfigurationError || error instanceof RangeError ? error.message : 'it cannot be read';
    return fail(
      `${name}: ${why}`,
      `write a JSON array of {id, sha256, scopes, expires_at?, name?} into ${file ?? name}`,
    );
  }
  const entries = v.parse(Entries, JSON.parse(text));
  const endingBy = (instant: number): string[] =>
    entries.filter(({ expires_at: end }) => end !== undefined && Date.parse(end) <= instant).map(({ id }) => id);
  const over = endingBy(now.getTime());
  const soon = endingBy(now.getTime() + MONTH_MS).filter((id) => !over.includes(id));
  const count = `${entries.length} ${entries.length === 1 ? 'key' : 'keys'}`;
  const told = [...ended('expired', over), ...ended('ending within 30 days', soon)];
  if (told.length === 0) return ok(count);
  return warn(`${count}; ${told.join('; ')}`, 'give their holders new keys, and take the old ones out of the file');
}

function ended(how: string, ids: readonly string[]): string[] {
  return ids.length === 0 ? [] : [`${how}: ${ids.join(', ')}`];
}

/** What is no setting of ours; of the web identity the file's text is the secret. */
const OTHERS = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_WEB_IDENTITY_TOKEN', 'VAULT_TOKEN'];

/** Every secret as it is now, so that no line of the report holds one. */
export function secretsOf(env: Environment): string[] {
  return [...secretSettings(), ...OTHERS.map((name) => ({ env: name }))].flatMap(({ env: name }) => {
    const file = env[`${name}_FILE`];
    const direct = env[name] ?? '';
    if (!file) return direct === '' ? [] : [direct];
    try {
      return [direct, readFileSync(file, 'utf8').trim()].filter((secret) => secret !== '');
    } catch {
      return [direct].filter((secret) => secret !== '');
    }
  });
}
