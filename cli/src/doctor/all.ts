import type { Environment } from '@weatherline/runtime';
import { namesCluster } from '../cluster.ts';
import { SETTINGS } from '../config.ts';
import { skipped, type Check, type Finding } from './check.ts';
import { checkDirectory, checkDisk, checkFormat, checkOwner, livingOwner } from './directory.ts';
import { kafkaChecks, noInstallation, storeAddress, storeChecks } from './installation.ts';
import { checkEmbeddedGroups, checkLog } from './log.ts';
import { checkClock, checkNode, checkPort, dateOf } from './machine.ts';
import { checkGateway, checkProvider, providerAddress } from './remote.ts';
import { checkApiKeys, checkSecretFiles } from './secrets.ts';
import { checkLocations, checkSchedule, checkSettings, readSome } from './settings.ts';

export type Patient = {
  readonly env: Environment;
  readonly data: string;
  readonly gateway?: string | undefined;
  readonly node: { readonly version: string; readonly path: string };
  readonly now: () => number;
  /** Closes what the checks open. */
  readonly resources: AsyncDisposableStack;
};

/** Everything that is looked at, in the order in which it is printed. */
export function allChecks(patient: Patient): Check[] {
  const { env, gateway, node, now, resources } = patient;
  const isCluster = namesCluster(env);
  const installation = isCluster ? [...storeChecks(env, resources), ...kafkaChecks(env, resources)] : noInstallation();
  return [
    { name: 'node', run: () => checkNode(node.version, node.path) },
    { name: 'settings', run: () => checkSettings(env) },
    { name: 'locations', run: () => checkLocations(env) },
    { name: 'schedule', run: () => checkSchedule(env, new Date(now())) },
    { name: 'secret-files', run: () => checkSecretFiles(env) },
    { name: 'api-keys', run: () => checkApiKeys(env, new Date(now())) },
    { name: 'provider-key', run: async (signal) => checkProvider(env, signal) },
    { name: 'clock', run: async (signal) => clock(patient, signal) },
    ...(isCluster ? notHere() : directoryChecks(patient)),
    ...installation,
    ...(isCluster ? [] : [{ name: 'consumer-groups', run: async () => checkEmbeddedGroups(patient.data) }]),
    { name: 'gateway', run: async (signal) => checkGateway(gateway, signal) },
  ];
}

async function clock({ env, now }: Patient, signal: AbortSignal): Promise<Finding> {
  const other = namesCluster(env) ? storeAddress(env) : providerAddress(env);
  if (other === undefined) return skipped('nobody is asked over the network');
  return checkClock({ than: other.than, ask: async () => dateOf(other.address, signal), now });
}

function directoryChecks({ env, data }: Patient): Check[] {
  const { httpHost, httpPort, infraPort } = SETTINGS;
  const host = (): string => readSome({ httpHost }, env).httpHost;
  const isInfraSet = Boolean(env[infraPort.env] ?? env[`${infraPort.env}_FILE`]);
  const http = { path: '/health', service: 'products-api', setting: httpPort.env, isReplaceable: false } as const;
  const infra = {
    path: '/version',
    service: 'weatherline',
    setting: infraPort.env,
    isReplaceable: !isInfraSet,
  } as const;
  return [
    {
      name: 'http-port',
      run: async (signal) => {
        const { httpPort: port } = readSome({ httpPort }, env);
        return checkPort({ ...http, host: host(), port, owner: livingOwner(data) }, signal);
      },
    },
    {
      name: 'infra-port',
      run: async (signal) => {
        const { infraPort: port } = readSome({ infraPort }, env);
        return checkPort({ ...infra, host: host(), port, owner: livingOwner(data) }, signal);
      },
    },
    { name: 'data-directory', run: () => checkDirectory(data) },
    { name: 'format', run: () => checkFormat(data) },
    { name: 'disk-space', run: () => checkDisk(data) },
    { name: 'owner', run: () => checkOwner(data) },
    { name: 'log', run: async (signal) => checkLog(data, signal) },
  ];
}

/** What an installation on Kafka has elsewhere, if at all. */
function notHere(): Check[] {
  const names = ['http-port', 'infra-port', 'data-directory', 'format', 'disk-space', 'owner', 'log'];
  return names.map((name) => ({
    name,
    run: () => skipped('WEATHERLINE_KAFKA_BROKERS is set: nothing of it is on this machine'),
  }));
}
