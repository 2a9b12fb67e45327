import type { Environment } from '@weatherline/runtime';
import { describeCluster, namesCluster, readCluster, type Cluster } from './cluster.ts';
import { readConfig } from './config.ts';
import { pastOf } from './past.ts';

/** How an installation works: its schedule, its places, and who knows the past. */
export type Running = Pick<Cluster, 'schedule' | 'locations' | 'partSize' | 'past'>;

/** Reads what the installation's own processes are configured with, be it on Kafka or in a directory. */
export function readRunning(env: Environment): Running {
  if (namesCluster(env)) return describeCluster(readCluster(env));
  const config = readConfig(env);
  const { schedule, locations, partSize } = config;
  return { schedule, locations, partSize, past: pastOf(config) };
}
