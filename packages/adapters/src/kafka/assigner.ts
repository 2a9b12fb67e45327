import kafkajs from 'kafkajs';
import type { PartitionAssigner } from 'kafkajs';
import { onJoin, type JoinHooks } from './internals.ts';

/** kafkajs's round robin, carrying the hooks of its member. */
export function assignerWith(hooks: JoinHooks): PartitionAssigner {
  return (context) => {
    const assigner = kafkajs.PartitionAssigners.roundRobin(context);
    onJoin(assigner, hooks);
    return assigner;
  };
}
