import type { Row } from '../row.ts';

const owned = (what: string, goal: string, reason: string): Row => ({ area: 'later', what, goal, reason });

/** Rows of DESIGN §12 whose subject is built, or measured, elsewhere. */
export const LATER_ROWS: readonly Row[] = [
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
