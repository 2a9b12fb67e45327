import { ACCOUNT_ITEMS } from './account.ts';
import type { Item } from './claim.ts';
import { CLUSTER_ITEMS } from './cluster.ts';

/** A reviewer's checklist of security: each item, and where it is asserted. */
export const CHECKLIST: readonly Item[] = [...ACCOUNT_ITEMS, ...CLUSTER_ITEMS];
