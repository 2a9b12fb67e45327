import { randomUUID } from 'node:crypto';
import { arn, found, kept, taken, type Correction, type Lookup, type Site } from '../correction.ts';
import type { Json } from '../json.ts';
import { emptyReply, jsonReply, type AwsCall } from '../message.ts';

const POLICY = '/backup-vaults/{vault}/access-policy';
const SELECTIONS = '/backup/plans/{plan}/selections';

/**
 * AWS Backup: moto has no selections, no recovery points and no policies of vaults, and wants a slash after the ARN
 * whose tags are asked.
 */
export const BACKUP: readonly Correction[] = [
  {
    service: 'backup',
    on: 'GET /backup-vaults/{vault}/recovery-points',
    handle: () => jsonReply({ RecoveryPoints: [] }),
  },
  {
    service: 'backup',
    on: `PUT ${POLICY}`,
    handle: (call, site) => {
      policies(call, site).set(call.param('vault'), call.json);
      return emptyReply();
    },
  },
  {
    service: 'backup',
    on: `GET ${POLICY}`,
    handle: (call, site) => {
      const wrap = (sent: Json): Json => ({ ...sent, ...vaultOf(call, site) });
      return found(call, { shelf: policies(call, site), name: call.param('vault'), wrap });
    },
  },
  {
    service: 'backup',
    on: `DELETE ${POLICY}`,
    handle: (call, site) => {
      policies(call, site).delete(call.param('vault'));
      return emptyReply();
    },
  },
  {
    service: 'backup',
    on: 'GET /tags/{arn}',
    handle: async (call, site) => site.moto(call.with({ path: `${call.path.replace(/\/$/, '')}/` })),
  },
  {
    service: 'backup',
    on: `PUT ${SELECTIONS}`,
    handle: (call, site) => {
      const SelectionId = randomUUID();
      return kept(lookup(call, site, SelectionId), {
        SelectionId,
        BackupPlanId: call.param('plan'),
        CreationDate: Date.now() / 1000,
        BackupSelection: call.json['BackupSelection'],
      });
    },
  },
  {
    service: 'backup',
    on: `GET ${SELECTIONS}`,
    handle: (call, site) => jsonReply({ BackupSelectionsList: [...lookup(call, site).shelf.values()] }),
  },
  { service: 'backup', on: `GET ${SELECTIONS}/{selection}`, handle: (call, site) => found(call, lookup(call, site)) },
  {
    service: 'backup',
    on: `DELETE ${SELECTIONS}/{selection}`,
    handle: (call, site) => taken(call, { ...lookup(call, site), wrap: () => ({}) }),
  },
];

function lookup(call: AwsCall, site: Site, name: string = call.param('selection')): Lookup {
  return { shelf: site.memory.shelf('backup', call.region, 'selections', call.param('plan')), name };
}

function policies(call: AwsCall, site: Site): Map<string, Json> {
  return site.memory.shelf('backup', call.region, 'policies');
}

function vaultOf(call: AwsCall, site: Site): Json {
  const name = call.param('vault');
  return { BackupVaultName: name, BackupVaultArn: arn(site, 'backup', call.region, `backup-vault:${name}`) };
}
