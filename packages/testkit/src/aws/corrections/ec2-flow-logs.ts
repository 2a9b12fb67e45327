import { amendText, type Correction } from '../correction.ts';
import { textOf } from '../json.ts';
import { element } from '../../s3/xml.ts';

const OPTIONS = ['FileFormat', 'HiveCompatiblePartitions', 'PerHourPartition'];

/** Flow logs: moto loses in which format and under which prefixes they are written. */
export const EC2_FLOW_LOGS: readonly Correction[] = [
  {
    service: 'ec2',
    on: 'CreateFlowLogs',
    handle: async (call, site) => {
      const reply = await site.moto(call);
      const sent = OPTIONS.map((name): [string, string | null] => [name, call.form.get(`DestinationOptions.${name}`)]);
      const given = sent.filter(([, text]) => text !== null);
      const ids = [...reply.body.toString().matchAll(/<item>(fl-[^<]+)/g)].map(([, id = '']) => id);
      if (given.length > 0)
        for (const id of ids) site.memory.shelf('ec2', call.region, 'flow-logs').set(id, Object.fromEntries(given));
      return reply;
    },
  },
  {
    service: 'ec2',
    on: 'DescribeFlowLogs',
    handle: async (call, site) => {
      const kept = site.memory.shelf('ec2', call.region, 'flow-logs');
      return amendText(await site.moto(call), (text) =>
        text.replaceAll(/<flowLogId>([^<]+)<\/flowLogId>/g, (whole, id: string) => {
          const given = Object.entries(kept.get(id) ?? {});
          const inner = given.map(([name, value]) =>
            element(name.charAt(0).toLowerCase() + name.slice(1), textOf(value)),
          );
          return inner.length === 0 ? whole : `${whole}<destinationOptions>${inner.join('')}</destinationOptions>`;
        }),
      );
    },
  },
];
