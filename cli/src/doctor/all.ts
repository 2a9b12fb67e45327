import { join, resolve } from 'node:path';
import type { Environment } from '@weatherline/runtime';
import { namesCluster } from '../cluster.ts';
import { SETTINGS } from '../config.ts';
import { shellWord } from '../shell-word.ts';
import { fail, skipped, warn, type Check, type Finding } from './check.ts';
import { checkDirectory, checkDisk, checkFormat, checkOwner, livingOwner } from './directory.ts';
import { kafkaChecks, noInstallation, partsOf, storeAddress, storeChecks } from './installation.ts';
import { checkLog } from './log.ts';
import { checkClock, checkNode, checkPort, dateOf } from './machine.ts';
import { checkPast, checkProvider, providerAddress } from './provider.ts';
import { checkGateway } from './remote.ts';
import { checkApiKeys, checkSecretFiles } from './secrets.ts';
import { checkLocations, checkSchedule, checkSettings, readSome } from './settings.ts';
import { checkVault, SILENT_VAULT } from './vault.ts';
import { clusterWork, directoryWork } from './work-checks.ts';

export type Patient = {
  readonly env: Environment;
  readonly data: string;
  readonly gateway?: string | undefined;
  readonly node: { readonly version: string; readonly path: string };
  readonly now: () => number;
  /** Closes what the checks open. */
  readonly resources: AsyncDisposableStack;
};

const SILENT_PROVIDER = fail(
  'the provider does not answer in time',
  'look at the way to it: network, proxy, name server, or the WEATHERLINE_…_URL that names another address for it',
);
const SILENT_GATEWAY = fail('it does not answer in time', 'look into its log, or correct --gateway URL');

/** Everything that is looked at, in the order in which it is printed. */
export function allChecks(patient: Patient): Check[] {
  const { env, gateway, node } = patient;
  const now = (): Date => new Date(patient.now());
  return [
    { name: 'node', run: () => checkNode(node.version, node.path) },
    { name: 'settings', run: () => checkSettings(env) },
    { name: 'locations', run: () => checkLocations(env) },
    { name: 'schedule', run: () => checkSchedule(env, now()) },
    { name: 'secret-files', run: () => checkSecretFiles(env, now()) },
    { name: 'vault', late: SILENT_VAULT, run: async (signal) => checkVault(env, signal) },
    { name: 'api-keys', run: () => checkApiKeys(env, now()) },
    { name: 'provider-key', late: SILENT_PROVIDER, run: async (signal) => checkProvider(env, signal) },
    { name: 'history', late: SILENT_PROVIDER, run: async (signal) => checkPast(env, now(), signal) },
    { name: 'clock', run: async (signal) => clock(patient, signal) },
    ...(namesCluster(env) ? clusterChecks(patient) : machineChecks(patient)),
    { name: 'gateway', late: SILENT_GATEWAY, run: async (signal) => checkGateway(gateway, signal) },
  ];
}

function clusterChecks({ env, now, resources }: Patient): Check[] {
  const parts = partsOf(env, resources);
  const work = clusterWork(parts, env, () => new Date(now()));
  return [...notHere(), ...storeChecks(env, parts, now), ...kafkaChecks(env, parts, now), ...work];
}

function machineChecks(patient: Patient): Check[] {
  const work = directoryWork({ ...patient, now: () => new Date(patient.now()) });
  return [...portChecks(patient), ...directoryChecks(patient), ...noInstallation(), ...work];
}

async function clock({ env, now }: Patient, signal: AbortSignal): Promise<Finding> {
  const other = namesCluster(env) ? storeAddress(env) : providerAddress(env);
  if (other === undefined) return skipped('nobody is asked over the network');
  return checkClock({ than: other.than, ask: async () => dateOf(other.address, signal), now });
}

const { httpHost, httpPort, infraPort } = SETTINGS;
const HTTP = { path: '/health', service: 'products-api', setting: httpPort.env, isReplaceable: false } as const;
const INFRA = { path: '/version', service: 'weatherline', setting: infraPort.env } as const;

function portChecks({ env, data }: Patient): Check[] {
  const isSet = Boolean(env[infraPort.env] ?? env[`${infraPort.env}_FILE`]);
  const shared = (): { host: string; owner: ReturnType<typeof livingOwner> } => ({
    host: readSome({ httpHost }, env).httpHost,
    owner: livingOwner(data),
  });
  return [
    {
      name: 'http-port',
      run: async (signal) => checkPort({ ...HTTP, ...shared(), port: readSome({ httpPort }, env).httpPort }, signal),
    },
    {
      name: 'infra-port',
      run: async (signal) => {
        const { infraPort: port } = readSome({ infraPort }, env);
        if (!isSameAsHttp(env, port)) {
          return checkPort({ ...INFRA, ...shared(), port, isReplaceable: !isSet }, signal);
        }
        const detail = `${port} is the port of the gateway, too`;
        const fix = `set ${infraPort.env} to another port`;
        return isSet ? fail(detail, fix) : warn(`${detail}; a start takes another`, fix);
      },
    },
  ];
}

function directoryChecks({ data }: Patient): Check[] {
  const file = shellWord(join(resolve(data), 'log', 'log.sqlite'));
  const large = warn('too large to be read whole in this time', `sqlite3 ${file} 'PRAGMA quick_check'`);
  return [
    { name: 'data-directory', run: () => checkDirectory(data) },
    { name: 'format', run: () => checkFormat(data) },
    { name: 'disk-space', run: () => checkDisk(data) },
    { name: 'owner', run: () => checkOwner(data) },
    { name: 'log', late: large, run: async (signal) => checkLog(data, signal) },
  ];
}

function isSameAsHttp(env: Environment, port: number): boolean {
  return port !== 0 && port === readSome({ httpPort }, env).httpPort;
}

/** What an installation on Kafka has elsewhere, if at all. */
function notHere(): Check[] {
  const names = ['http-port', 'infra-port', 'data-directory', 'format', 'disk-space', 'owner', 'log'];
  return names.map((name) => ({
    name,
    run: () => skipped('WEATHERLINE_KAFKA_BROKERS is set: nothing of it is on this machine'),
  }));
}
