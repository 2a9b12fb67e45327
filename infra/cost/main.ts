import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { costOf, leversOf, type Environment, type Environments } from './levers.ts';
import { linesOf } from './lines.ts';
import { environmentText, titledOf, wholeText } from './print.ts';
import { compareWithSeed } from './seed.ts';
import { readShape } from './shape.ts';
import { ENVIRONMENTS, WORKLOADS, type EnvironmentName } from './workload.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/cost.md', import.meta.url));
const MARKS = ['<!-- what infra/cost/main.ts prints -->', '<!-- end -->'] as const;
const USAGE = `usage: node infra/cost/main.ts [${ENVIRONMENTS.join('|')}] [--json | --write]`;

export function readEnvironments(): Environments {
  return { dev: readOne('dev'), staging: readOne('staging'), prod: readOne('prod'), dr: readOne('dr') };
}

function readOne(name: EnvironmentName): Environment {
  return { shape: readShape(name), workload: WORKLOADS[name] };
}

/** The document with the part between its marks written anew. */
export function withTables(document: string, tables: string): string {
  const [before, rest] = document.split(MARKS[0]);
  const [, after] = rest?.split(MARKS[1]) ?? [];
  if (before === undefined || after === undefined) throw new Error(`docs/cost.md: expected ${MARKS.join(' … ')}`);
  return `${before}${MARKS[0]}\n\n${tables}\n\n${MARKS[1]}${after}`;
}

/** What a program reads: every line with its quantity, price and hours. */
export function jsonOf(all: Environments, only?: string): unknown {
  const environments = titledOf(all)
    .filter(([title]) => only === undefined || title.split(',')[0] === only)
    .map(([title, one]) => ({ environment: title, lines: linesOf(one.shape, one.workload), usd: costOf(one) }));
  return only === undefined ? { environments, levers: leversOf(all), seed: compareWithSeed(all) } : { environments };
}

export function run(args: readonly string[]): string {
  const names = args.filter((one) => !one.startsWith('--'));
  const flags = args.filter((one) => one.startsWith('--'));
  const [only] = names;
  const isKnown = only === undefined || ENVIRONMENTS.some((name) => name === only);
  if (
    !isKnown ||
    names.length > 1 ||
    flags.length > 1 ||
    !flags.every((flag) => ['--json', '--write'].includes(flag))
  ) {
    throw new RangeError(`${USAGE}; got ${args.join(' ')}`);
  }
  const all = readEnvironments();
  if (flags.includes('--json')) return JSON.stringify(jsonOf(all, only), null, 2);
  if (only === undefined) return wholeText(all);
  const shown = titledOf(all).filter(([title]) => title.split(',')[0] === only);
  return shown.map(([title, one]) => environmentText(title, one)).join('\n\n');
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  try {
    const text = run(args);
    if (args.includes('--write'))
      writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8'), wholeText(readEnvironments())));
    else process.stdout.write(`${text}\n`);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
