import type { Permission } from './canonical.ts';
import { OF_CI } from './ci.ts';
import { OF_EDGE } from './edge.ts';
import { OF_KARPENTER } from './karpenter.ts';
import { OF_STORES } from './stores.ts';
import { OF_TELEMETRY } from './telemetry.ts';

export type Permissions = Readonly<Record<string, readonly Permission[]>>;

/** Every role with a document of its own, and what it may do: nothing else, and nothing less. */
export const PERMISSIONS: Permissions = { ...OF_STORES, ...OF_TELEMETRY, ...OF_EDGE, ...OF_KARPENTER, ...OF_CI };

export { WITH_MSK } from './msk.ts';
