import { EXIT, type ObjectReader } from '@weatherline/runtime';
import { namesCluster } from '../cluster.ts';
import { DEFAULT_DATA } from '../options.ts';
import { plainLine } from '../plain-text.ts';
import { shellWord } from '../shell-word.ts';
import type { ReplayPlanned, ReplayShown } from '../results/replay.ts';
import { readFindings } from './findings.ts';
import { isHeld, readProgress } from './ledger.ts';
import { replayKey, type StoredPlan } from './plan.ts';
import { NO_COUNTS, OUTCOMES, type Finding, type Progress } from './progress.ts';

/** A plan as it is told after it was made. */
export function plannedOf({ id, hash, plan }: StoredPlan): ReplayPlanned {
  const { kind, mode, stage, totals, estimate_seconds, gaps, items } = plan;
  return {
    replay: id,
    hash,
    key: replayKey(id, 'plan.json'),
    kind,
    mode,
    stage,
    totals,
    existing: items.filter(({ product }) => product.etag !== null).length,
    first_run: items[0]?.run ?? null,
    last_run: items.at(-1)?.run ?? null,
    estimate_seconds,
    gaps,
  };
}

/** How a replay stands, with at most so many of its findings. */
export async function shownOf(
  store: ObjectReader,
  stored: StoredPlan,
  { now, limit }: { readonly now: Date; readonly limit: number },
): Promise<ReplayShown> {
  const { id, plan } = stored;
  const progress = (await readProgress({ store }, id))?.progress;
  const settled = progress?.settled ?? 0;
  const counts = progress?.counts ?? NO_COUNTS;
  const findings: Finding[] = [];
  // A year of differences is read only as far as it is shown.
  if (progress !== undefined && limit > 0) {
    for await (const finding of readFindings(store, progress)) if (findings.push(finding) === limit) break;
  }
  const all = counts.different + counts.conflict + counts.failed + counts.incomplete;
  const seconds = (progress?.active_ms ?? 0) / 1000;
  const records = progress?.records ?? 0;
  return {
    replay: id,
    kind: plan.kind,
    mode: plan.mode,
    stage: plan.stage,
    state: stateOf(progress, now),
    planned_at: plan.planned_at,
    planned_by: plan.planned_by,
    reason: plan.reason,
    holder: progress?.holder ?? null,
    epoch: progress?.epoch ?? 0,
    settled,
    total: plan.items.length,
    records,
    counts,
    seconds,
    records_per_second: seconds === 0 ? 0 : Math.round(records / seconds),
    findings,
    findings_left_out: Math.max(0, all - findings.length),
    gaps: plan.gaps,
  };
}

function stateOf(progress: Progress | undefined, now: Date): ReplayShown['state'] {
  if (progress === undefined) return 'planned';
  const { state, holder } = progress;
  return state === 'running' && (holder === null || !isHeld(holder, now)) ? 'stalled' : state;
}

/** What the counts of a replay mean for the process that ran it. */
export function exitOf({ counts, mode }: Pick<ReplayShown, 'counts' | 'mode'>): number {
  if (mode === 'verify' && counts.different > 0) return EXIT.failed;
  if (counts.failed + counts.incomplete > 0) return EXIT.partial;
  return counts.conflict > 0 ? EXIT.conflict : EXIT.ok;
}

/** The plan in words, and the command that runs it when it is not run at once. */
export function planText(planned: ReplayPlanned, data?: string): string {
  const { replay, hash, mode, stage, totals, existing, first_run, last_run, estimate_seconds, gaps } = planned;
  const what = { fill: 'stay as they are', replace: 'are replaced', verify: 'are compared' }[mode];
  return [
    `plan       ${hash}`,
    `replay     ${replay}`,
    `mode       ${mode}, from ${stage}`,
    `runs       ${totals.runs}${first_run === null ? '' : `, ${first_run} to ${last_run ?? first_run}`}`,
    `parts      ${totals.parts}, ${existing === 0 ? 'none with a product' : `of which ${existing} have a product: they ${what}`}`,
    `source     ${sourceText(totals)}`,
    `estimate   ${estimate_seconds} s`,
    ...gapLines(gaps),
    ...(data === undefined ? [] : [`run it     weatherline replay run --plan ${hash.slice(0, 16)}${placeOf(data)}`]),
  ].join('\n');
}

/** What a command that people copy must say to reach the same directory. */
function placeOf(data: string): string {
  if (namesCluster(process.env) || data === DEFAULT_DATA) return '';
  return ` --data ${/^[\w./-]+$/.test(data) ? data : shellWord(data)}`;
}

function sourceText({ bytes, calls }: ReplayPlanned['totals']): string {
  const archived = `${(bytes / 1024 / 1024).toFixed(1)} MiB of the archive`;
  if (calls === 0) return archived;
  return bytes === 0 ? `${calls} calls to the provider` : `${archived}, ${calls} calls to the provider`;
}

const GAPS_SHOWN = 20;

function gapLines(gaps: ReplayShown['gaps']): string[] {
  const lines = gaps
    .slice(0, GAPS_SHOWN)
    .map(({ run, part, why }) => `gap        ${run}${part === null ? '' : `/${part}`}  ${why}`);
  return gaps.length > GAPS_SHOWN ? [...lines, `gap        and ${gaps.length - GAPS_SHOWN} more`] : lines;
}

export function shownText(shown: ReplayShown): string {
  const { replay, mode, stage, state, holder, settled, total, records, counts, seconds, findings } = shown;
  const rate = shown.records_per_second;
  const percent = total === 0 ? 100 : Math.floor((settled / total) * 100);
  return [
    `replay     ${replay}`,
    `state      ${state}${state === 'stalled' ? `: its holder is gone; weatherline replay resume ${replay}` : ''}`,
    `mode       ${mode}, from ${stage}`,
    `planned    ${shown.planned_at} by ${shown.planned_by}${shown.reason === null ? '' : `: ${plainLine(shown.reason)}`}`,
    ...(holder === null ? [] : [`held by    ${holder.who}, process ${holder.pid}, since ${holder.since}`]),
    `parts      ${settled} of ${total} (${percent} %), ${records} records in ${seconds.toFixed(1)} s${rate > 0 ? `, ${rate} records/s` : ''}`,
    ...countLines(counts),
    ...findings.map(findingLine),
    ...(shown.findings_left_out > 0 ? [`           and ${shown.findings_left_out} more: --limit shows them`] : []),
    ...gapLines(shown.gaps),
  ].join('\n');
}

function countLines(counts: ReplayShown['counts']): string[] {
  return OUTCOMES.filter((outcome) => counts[outcome] > 0).map((outcome) => `${outcome.padEnd(10)} ${counts[outcome]}`);
}

function findingLine({
  run,
  part,
  outcome,
  detail,
  code,
  dead_letter,
  locations,
}: ReplayShown['findings'][number]): string {
  const place = `${outcome.padEnd(10)} ${run}${part === '00001-of-00001' ? '' : `/${part}`}`;
  if (locations !== undefined) {
    const each = locations.slice(0, 5).map(({ location, fields }) => `${location} (${fields.slice(0, 4).join(', ')})`);
    const more = locations.length > 5 ? ` and ${locations.length - 5} more` : '';
    return `${place}  ${plainLine(`${each.join('; ')}${more}`, 200)}`;
  }
  const why = code === undefined ? detail : `${code}: ${detail}`;
  return `${place}  ${plainLine(why, 200)}${dead_letter === undefined ? '' : `  dead letter ${dead_letter}`}`;
}
