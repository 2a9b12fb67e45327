import type { Clock } from '@weatherline/runtime';
import type { VaultClient } from '../vault-client.ts';
import { VaultError } from '../vault-error.ts';
import { policyText, type Document } from './configuration.ts';
import { dataOf, differing, entryAt, namesAt, strangersIn } from './compare.ts';
import { configureAuth } from './configure-auth.ts';
import type { Ledger } from './ledger.ts';

export type Configuring = {
  readonly client: VaultClient;
  readonly document: Document;
  readonly environment: string;
  readonly ledger: Ledger;
  readonly clock: Clock;
};

/**
 * Makes Vault what the document says, and changes nothing that is so already.
 *
 * Audit devices come first, so that everything after them leaves a trace; policies come before the roles that give them.
 */
export async function configure(work: Configuring): Promise<void> {
  await configureAudit(work);
  await configureMounts(work);
  await configurePolicies(work);
  await configureAuth(work);
}

async function configureAudit({ client, document, ledger }: Configuring): Promise<void> {
  const list = await dataOf(client, 'sys/audit');
  for (const [name, wanted] of Object.entries(document.audit)) {
    const found = entryAt(list, name);
    const differs = found === undefined ? [] : differing(wanted, found);
    if (found !== undefined && differs.length === 0) continue;
    // A device cannot be changed; one at a time, so that the others keep the trace.
    if (found !== undefined) await client.request('DELETE', `sys/audit/${name}`);
    await client.request('POST', `sys/audit/${name}`, wanted);
    ledger.did(found === undefined ? 'created' : 'set back', `audit device ${name}`, differs);
  }
  for (const path of strangersIn(list, document.audit)) ledger.left(`audit device ${path}`);
}

/** Of Vault itself: they are always there. */
const OWN_MOUNTS = ['cubbyhole', 'identity', 'sys', 'agent-registry'];

async function configureMounts(work: Configuring): Promise<void> {
  const { client, document, ledger } = work;
  const list = await dataOf(client, 'sys/mounts');
  for (const [name, { maxVersions, ...wanted }] of Object.entries(document.mounts)) {
    const found = entryAt(list, name);
    if (found === undefined) {
      await client.request('POST', `sys/mounts/${name}`, wanted);
      ledger.did('created', `mount ${name}`);
    } else {
      if (differing({ type: wanted.type, options: wanted.options }, found).length > 0) {
        const message = `${name}/ holds another engine than the configuration says, and its secrets: move it away by hand`;
        throw new VaultError({ fault: 'refused', message });
      }
      const differs = differing({ description: wanted.description }, found);
      if (differs.length > 0) {
        await client.request('POST', `sys/mounts/${name}/tune`, { description: wanted.description });
        ledger.did('set back', `mount ${name}`, differs);
      }
    }
    await configureVersions(work, name, maxVersions, found === undefined);
  }
  for (const path of strangersIn(list, document.mounts, OWN_MOUNTS)) ledger.left(`mount ${path}`);
}

async function configureVersions(
  { client, ledger, clock }: Configuring,
  mount: string,
  maxVersions: number,
  isNew: boolean,
): Promise<void> {
  const wanted = { max_versions: maxVersions, cas_required: false, delete_version_after: '0s' };
  // A new engine answers 400 for a moment, while it makes itself one with versions.
  const found = await afterUpgrade(clock, isNew, async () => dataOf(client, `${mount}/config`));
  const differs = differing(wanted, found ?? {});
  if (differs.length === 0) return;
  await client.request('POST', `${mount}/config`, wanted);
  if (!isNew) ledger.did('set back', `versions of ${mount}`, differs);
}

const UPGRADE_TRIES = 20;

async function afterUpgrade<Result>(clock: Clock, isNew: boolean, ask: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const isUpgrading = isNew && error instanceof VaultError && error.status === 400;
      if (!isUpgrading || tries >= UPGRADE_TRIES) throw error;
      await clock.sleep(500);
    }
  }
}

async function configurePolicies({ client, document, environment, ledger }: Configuring): Promise<void> {
  const there = new Set(await namesAt(client, 'sys/policies/acl'));
  for (const [name, paths] of Object.entries(document.policies)) {
    const policy = policyText(paths, environment);
    const found = there.has(name) ? await dataOf(client, `sys/policies/acl/${name}`) : undefined;
    if (found !== undefined && differing({ policy }, found).length === 0) continue;
    await client.request('POST', `sys/policies/acl/${name}`, { policy });
    ledger.did(found === undefined ? 'created' : 'set back', `policy ${name}`);
  }
  const known = new Set([...Object.keys(document.policies), 'default', 'root']);
  for (const name of there) if (!known.has(name)) ledger.left(`policy ${name}`);
}
