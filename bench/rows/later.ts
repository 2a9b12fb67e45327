import type { Row } from '../row.ts';

const owned = (what: string, goal: string, reason: string): Row => ({ area: 'later', what, goal, reason });

/** Rows of DESIGN §12 whose subject is built, or measured, elsewhere. */
export const LATER_ROWS: readonly Row[] = [
  owned(
    'one year of 6-hourly slots of 100 locations: replay plan / execution',
    '≤ 5 s / ≥ 8,000 records a second',
    "replay plans come with the operator's tools",
  ),
  owned('live p95 during a replay', '+ ≤ 5 %', "comes with the operator's tools"),
  owned(
    'gateway hot read (8 KB JSON), CPU per request',
    '≤ 2.2 × raw node:http; gzip ≤ 1.2 × identity; 304 ≤ 2 × raw',
    'comes with the complete gateway',
  ),
  owned(
    'S3 requests for `latest` cold, one-part slots, 1 thousand and 1 million objects',
    'equal; ≤ 4, ≤ 8 over any gap',
    'comes with the complete gateway',
  ),
  owned('1,000 concurrent cold requests', '1 read of each object', 'comes with the complete gateway'),
  owned(
    'crash points of the chain, singly and in pairs (simulation)',
    '100 %, 0 lost, 0 duplicated',
    'printed by `npm run test:all`: test/simulation',
  ),
  owned(
    'SIGKILL of real processes at ≥ 60 named points',
    'nothing lost; recovered within 10 s embedded, 15 s on Kafka',
    'printed by `npm run test:all`: test/chaos/kafka-kill.test.ts',
  ),
  owned('simulation seeds in CI', '20,000 in ≤ 120 s', 'printed by `npm run test:all`: test/simulation'),
  owned(
    'SIGTERM to exit',
    '≤ 25 s, 0 re-executions of finished work',
    'printed by `npm run test:all`: test/chaos/kafka-stop.test.ts',
  ),
];
