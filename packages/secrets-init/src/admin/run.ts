import {
  createLogger,
  endOnBugs,
  EXIT,
  loadConfig,
  redact,
  runProcess,
  secretReader,
  stopOnSignals,
  systemClock,
  type Values,
} from '@weatherline/runtime';
import { Kept } from '../kept.ts';
import { codeOf, Interrupted } from '../run.ts';
import { VaultClient, type Login } from '../vault-client.ts';
import { runConfigure } from './configure-run.ts';
import { initialise, readKeys } from './initialise.ts';
import type { Patience } from './patience.ts';
import { CONFIGURE_SETTINGS, INITIALISE_SETTINGS, SNAPSHOT_SETTINGS } from './settings.ts';
import { takeSnapshot } from './snapshot.ts';
import { SnapshotError } from './snapshot-check.ts';
import { StoreError } from './snapshot-store.ts';

export const ADMIN_MODES = ['initialise', 'configure', 'snapshot'] as const;
export type AdminMode = (typeof ADMIN_MODES)[number];

export type AdminRunning = {
  readonly mode: AdminMode;
  readonly version: string;
  /** Variables of other deployables, which are no mistake in this one's environment. */
  readonly known: readonly string[];
};

type Parts = Omit<AdminRunning, 'mode'> & { readonly secrets: Kept; readonly host: NodeJS.Process };

/** Runs one mode to its end, and ends the process with the code that its end means. */
export async function runVaultAdmin({ mode, version, known }: AdminRunning, host: NodeJS.Process): Promise<void> {
  const secrets = new Kept();
  const parts = { version, known, secrets, host };
  await runProcess('vault-admin', host, async () => {
    try {
      await MODES[mode](parts);
    } catch (error) {
      const code = adminCodeOf(error);
      if (code === undefined) throw error;
      const message = error instanceof Error ? error.message : '';
      host.stderr.write(`weatherline vault-admin: ${redact(message, secrets.all())}\n`);
      host.exit(code);
    }
  });
}

function adminCodeOf(error: unknown): number | undefined {
  if (error instanceof SnapshotError) return EXIT.failed;
  if (error instanceof StoreError) return error.exitCode;
  return codeOf(error);
}

const MODES: Readonly<Record<AdminMode, (parts: Parts) => Promise<void>>> = {
  initialise: async (parts) => {
    const config = loadConfig(INITIALISE_SETTINGS, parts.host.env, parts.known);
    const { address, peers = [], recoveryKeys, rootKey } = config;
    const keys = readKeys(recoveryKeys, rootKey);
    const print = (line: string): void => void parts.host.stdout.write(`${line}\n`);
    await running(parts, config, async (patience, clientOf) => {
      await initialise({ ...patience, client: clientOf(address), peers: peers.map(clientOf), keys, print });
    });
  },
  configure: async (parts) => {
    const config = loadConfig(CONFIGURE_SETTINGS, parts.host.env, parts.known);
    const { address, document, environment, rootToken } = config;
    const login = loginOf(parts, config);
    const keepSecret = parts.secrets.keep;
    await running(parts, config, async (patience, clientOf) =>
      runConfigure({ ...patience, client: clientOf(address), document, environment, rootToken, login, keepSecret }),
    );
  },
  snapshot: async (parts) => {
    const config = loadConfig(SNAPSHOT_SETTINGS, parts.host.env, parts.known);
    const { address, schedule, bucket, prefix, directory, region, endpoint, pathStyle } = config;
    const login = loginOf(parts, config);
    const keepSecret = parts.secrets.keep;
    const due = schedule.current(systemClock.now());
    const place = { bucket, prefix, directory, region, endpoint, pathStyle };
    await running(parts, config, async (patience, clientOf, ca) =>
      takeSnapshot({ ...patience, ...place, client: clientOf(address), ca, login, due, keepSecret }),
    );
  },
};

type Common = Pick<Values<typeof INITIALISE_SETTINGS>, 'ca' | 'timeoutMs' | 'logLevel'>;
type Work = (
  patience: Patience,
  clientOf: (address: string) => VaultClient,
  ca: () => string | undefined,
) => Promise<void>;

async function running({ version, secrets, host }: Parts, config: Common, work: Work): Promise<void> {
  const { timeoutMs, logLevel: level } = config;
  const destination = { write: (line: string) => void host.stderr.write(line) };
  // stdout belongs to what initialise gives out.
  const log = createLogger({ service: 'weatherline.vault-admin', version, level, secrets: secrets.all, destination });
  endOnBugs(host, log);
  using stopping = stopOnSignals(host);
  const { signal } = stopping;
  const read = secretReader('WEATHERLINE_VAULT_CA', config.ca ?? '', host.env);
  const ca = (): string | undefined => read() || undefined;
  const clientOf = (address: string): VaultClient => new VaultClient({ address, ca, signal, timeoutMs: 10_000 });
  try {
    await work({ timeoutMs, clock: systemClock, log, signal, random: Math.random }, clientOf, ca);
  } catch (error) {
    throw signal.aborted ? new Interrupted('stopped before it was done') : error;
  }
}

type LoggingIn = Pick<Values<typeof CONFIGURE_SETTINGS>, 'role' | 'mount' | 'jwt'>;

/** The kubelet renews the token of the service account. */
function loginOf({ secrets, host }: Parts, { role, mount, jwt }: LoggingIn): () => Login {
  const read = secretReader('WEATHERLINE_VAULT_JWT', jwt, host.env);
  return () => {
    const now = read();
    secrets.keep(now);
    return { role, mount, jwt: now };
  };
}
