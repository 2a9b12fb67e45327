import Cluster from 'kafkajs/src/cluster/index.js';

const METHOD = 'findGroupCoordinatorMetadata';
const find = Reflect.get(Cluster.prototype, METHOD);

/**
 * kafkajs asks one broker after the other for a group's coordinator and forgets what they said: a group that this user
 * may not use looks like a coordinator that is away. From here on, when none answers, one is asked again, for its reason.
 */
export function askWhyNoCoordinator(): void {
  // kafkajs is pinned to one version; another one must be read before it is let in.
  if (typeof find !== 'function') throw new Error(`kafkajs has no ${METHOD}: expected 2.2.4`);
  Cluster.prototype[METHOD] = async function ask(this: Cluster, question): Promise<object> {
    try {
      return await find.call(this, question);
    } catch (error) {
      const broker = await this.brokerPool.findConnectedBroker().catch(() => undefined);
      if (broker === undefined) throw error;
      return broker.findGroupCoordinator(question);
    }
  };
}
