import * as v from 'valibot';
import { ClusterConfigured } from './cluster.ts';
import { DeadLetterList, DeadLetterShown, DeadLettersPurged, DeadLettersRedriven } from './dlq.ts';
import { EventSent, EventTailed } from './events.ts';
import { DoctorReport, TopicsApplied, TopicsVerified } from './installation.ts';
import { Lag, LagWatched } from './lag.ts';
import { ProductRecords, ProductsList } from './products.ts';
import { CompletionScript, ConfigShown, VersionShown } from './program.ts';
import { BackfillAssessed, ReplayList, ReplayPlanned, ReplayShown } from './replay.ts';
import { RunRetried, RunShown, RunsList } from './runs.ts';
import { TriggerResult } from './trigger.ts';

/** What each command prints with `--json`, by its words; an option that changes it stands behind them. */
export const RESULTS: ReadonlyMap<string, v.GenericSchema> = new Map<string, v.GenericSchema>([
  ['trigger', TriggerResult],
  ['runs list', RunsList],
  ['runs show', RunShown],
  ['runs retry', RunRetried],
  ['products list', ProductsList],
  ['products latest', ProductRecords],
  ['products get', ProductRecords],
  ['replay plan', ReplayPlanned],
  ['replay verify', ReplayShown],
  ['replay run', ReplayShown],
  ['replay resume', ReplayShown],
  ['replay status', v.union([ReplayShown, ReplayList])],
  ['replay pause', ReplayShown],
  ['replay abort', ReplayShown],
  ['backfill', v.union([ReplayShown, BackfillAssessed])],
  ['dlq list', DeadLetterList],
  ['dlq show', DeadLetterShown],
  ['dlq redrive', DeadLettersRedriven],
  ['dlq purge', DeadLettersPurged],
  ['lag', Lag],
  ['lag --watch', LagWatched],
  ['events tail', EventTailed],
  ['events send', EventSent],
  ['topics verify', TopicsVerified],
  ['topics apply', TopicsApplied],
  ['cluster config', ClusterConfigured],
  ['config', ConfigShown],
  ['doctor', DoctorReport],
  ['completion', CompletionScript],
  ['version', VersionShown],
]);

/** Those that print one such object a line, as long as there are any. */
export const ONE_A_LINE: ReadonlySet<string> = new Set(['lag --watch', 'events tail']);

/** The commands whose `--json` has no schema here, and why. */
export const NO_RESULT: ReadonlyMap<string, string> = new Map([
  ['up', 'it prints no result: ready and an address, or with --once the keys of the product'],
  ['records', 'it answers as GET /v1/records: the schema is in the OpenAPI document of the gateway'],
]);

/** Checks what a command has printed; throws when it is not as its schema says. */
export function parseResult(name: string, printed: unknown): unknown {
  return v.parse(RESULTS.get(name) ?? v.never(`${name} has no schema`), printed);
}
