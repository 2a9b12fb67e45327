import { randomUUID } from 'node:crypto';
import { found, kept, taken, type Correction, type Lookup, type Site } from '../correction.ts';
import { jsonReply, type AwsCall } from '../message.ts';

const SELECTIONS = '/backup/plans/{plan}/selections';

/** AWS Backup: moto has no selections and no recovery points, and wants a slash after the ARN whose tags are asked. */
export const BACKUP: readonly Correction[] = [
  {
    service: 'backup',
    on: 'GET /backup-vaults/{vault}/recovery-points',
    handle: () => jsonReply({ RecoveryPoints: [] }),
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
