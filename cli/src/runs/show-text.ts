import { plainLine } from '../plain-text.ts';
import type { PassShown, RunShown } from '../results/runs.ts';
import { moodOf, type Paint } from './paint.ts';
import { indexOf } from './run-letters.ts';
import { durationText, timeOfDay } from './time-text.ts';
import { waterfall } from './waterfall.ts';

/** What there is more of is counted, not listed. */
const MOST_LISTED = 20;
const MOST_PRODUCTS = 5;
const INDENT = ' '.repeat(11);
const label = (name: string): string => name.padEnd(INDENT.length);

/** A run as a person reads it in a terminal of this width. */
export function showText(run: RunShown, width: number, paint: Paint): string {
  return [
    ...factLines(run, paint),
    ...productLines(run),
    ...failureLines(run, width),
    ...letterLines(run, width, paint),
    ...run.passes.flatMap((pass) => ['', ...passLines(run, pass, width, paint)]),
    ...(run.next.length === 0 ? [] : ['', ...run.next.map((command) => `next: ${command}`)]),
  ].join('\n');
}

function factLines(run: RunShown, paint: Paint): string[] {
  const { readings } = run;
  const facts: [string, string][] = [
    ['run', paint('strong', run.run)],
    ['state', paint(moodOf(run.state), run.state)],
    ['reason', run.reason ?? 'not known: nobody planned it'],
    ['requested', run.requested_at === null ? '-' : `${run.requested_at}${took(run)}`],
    ['locations', locationsText(run)],
    ['parts', `${run.stored} of ${run.parts ?? '?'} stored`],
    ['readings', `${readings.archived} of ${readings.expected ?? '?'} parts archived`],
  ];
  return facts.map(([name, text]) => `${label(name)}${text}`);
}

/** What has no product yet has no failed locations either, and is not told that none of them failed. */
function locationsText({ locations, stored, failed_locations: failed }: RunShown): string {
  if (locations === null) return '-';
  return stored === 0 ? String(locations) : `${locations}, ${failed ?? 0} of them failed`;
}

function took({ duration_ms: duration, stored_at: stored, revision }: RunShown): string {
  if (duration !== null) return `, stored ${durationText(duration)} later`;
  if (stored === null) return '';
  return revision !== null && revision > 0 ? `, replaced ${stored}` : `, last stored ${stored}`;
}

function productLines({ products }: RunShown): string[] {
  if (products.length > MOST_PRODUCTS) return [summedUp(products)];
  return products.flatMap(({ key, revision, records, bytes, etag, sha256, replay }) => [
    `${label('product')}${key}`,
    `${INDENT}revision ${revision}, ${records ?? '?'} records, ${bytes} bytes${replay === null ? '' : `, by ${plainLine(replay, 60)}`}`,
    ...(products.length > 1 ? [] : [`${label('etag')}${etag}`, `${label('sha256')}${sha256 ?? 'not said'}`]),
  ]);
}

function summedUp(products: RunShown['products']): string {
  const revision = Math.max(...products.map((product) => product.revision));
  const bytes = products.reduce((sum, product) => sum + product.bytes, 0);
  const records = products.reduce((sum, product) => sum + (product.records ?? 0), 0);
  const [first] = products;
  const folder = first?.key.replace(/[^/]+$/, '') ?? '';
  return [
    `${label('product')}${products.length} objects in ${folder}: --json lists them`,
    `${INDENT}revision ${revision}, ${records} records, ${bytes} bytes`,
  ].join('\n');
}

function failureLines({ failures }: RunShown, width: number): string[] {
  const lines = failures
    .slice(0, MOST_LISTED)
    .map(({ location, code, detail }) => lineOf('failed', `${location} ${code} ${detail ?? ''}`, width));
  return more(lines, failures.length, 'failed locations');
}

function letterLines({ dead_letter_items: letters }: RunShown, width: number, paint: Paint): string[] {
  const lines = letters
    .slice(0, MOST_LISTED)
    .flatMap((letter) => [
      `${paint('bad', label('set aside'))}${letter.id}`,
      `${INDENT}${letter.stage}${letter.part === null ? '' : `, part ${indexOf(letter.part)}`}, ${letter.at}`,
      lineOf('', `${letter.code}: ${letter.message}`, Math.max(width, 160)),
      `${INDENT}${letter.redrive}`,
    ]);
  return more(lines, letters.length, 'dead letters');
}

function more(lines: string[], length: number, what: string): string[] {
  return length <= MOST_LISTED
    ? lines
    : [...lines, `${INDENT}and ${length - MOST_LISTED} ${what} more: --json has all`];
}

/** A name, then text of others on one line that ends where the terminal does. */
function lineOf(name: string, text: string, width: number): string {
  return `${label(name)}${plainLine(text, Math.max(40, width - INDENT.length))}`;
}

function passLines(run: RunShown, pass: PassShown, width: number, paint: Paint): string[] {
  const { replay, mode, lane, started_at: started } = pass;
  const name = replay === null ? 'the run' : `${plainLine(replay, 40)}${mode === null ? '' : ` (${mode})`}`;
  const nothing =
    run.log === 'gone'
      ? 'the log keeps events for 14 days, and those of this run are gone'
      : 'no event of it is in the log';
  const when = started === null ? nothing : `from ${started.slice(0, 10)} ${timeOfDay(started)} UTC`;
  const title = `${name}: ${lane === null ? '' : `${lane} lane, `}${when}`;
  return [paint('strong', title), ...waterfall(pass, width, paint)];
}
