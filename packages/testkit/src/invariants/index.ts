import type { Evidence } from './evidence.ts';
import { checkCommits, checkLetters, checkOffsets } from './log.ts';
import { checkLatest, checkProducts, checkSecrets, checkWrites } from './objects.ts';
import { checkParts, checkPlans } from './parts.ts';
import { takeSnapshot } from './snapshot.ts';
import { checkCalls } from './upstream.ts';

export type { CommitRecord, Evidence, StoreWrite, UpstreamCall, UpstreamLedger } from './evidence.ts';

/**
 * What must hold after every fault: one sentence for each thing that does not, none when all is well.
 *
 * Reads through the ports alone, so the same checker serves the simulation, real processes, a real broker and a real
 * store.
 */
export async function checkInvariants(evidence: Evidence): Promise<string[]> {
  const snapshot = await takeSnapshot(evidence);
  return [
    ...checkPlans(evidence, snapshot),
    ...(await checkParts(evidence, snapshot)),
    ...(await checkOffsets(evidence, snapshot)),
    ...checkLetters(evidence, snapshot),
    ...checkCommits(evidence),
    ...checkWrites(evidence),
    ...(await checkProducts(evidence, snapshot)),
    ...checkLatest(evidence),
    ...checkCalls(evidence, snapshot),
    ...(await checkSecrets(evidence, snapshot)),
  ];
}
