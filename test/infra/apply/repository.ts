import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INFRA } from '../checks/workspace.ts';

/** A path below `infra`. */
export function infra(...path: readonly string[]): string {
  return join(INFRA, ...path);
}

/** The text that a file of values gives to a name. */
export function valueIn(file: string, name: string): string {
  const [, text] = new RegExp(`^\\s*${name}\\s*=\\s*"([^"]*)"`, 'm').exec(readFileSync(file, 'utf8')) ?? [];
  if (text === undefined) throw new Error(`${file} gives no ${name}`);
  return text;
}
