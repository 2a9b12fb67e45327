import { amendText, type Correction } from '../correction.ts';
import { textOf } from '../json.ts';
import { bytesReply, type AwsReply } from '../message.ts';
import { element, escapeXml } from '../../s3/xml.ts';

/**
 * EC2: moto loses the description of a rule that names another security group, takes a template's own tags for those of
 * what it launches, and has no account-wide defaults of the metadata service and of snapshots.
 */
export const EC2: readonly Correction[] = [
  ...['AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress'].map((on): Correction => ({
    service: 'ec2',
    on,
    handle: async (call, site) => {
      const reply = await site.moto(call);
      const { form } = call;
      const description =
        form.get('IpPermissions.1.Groups.1.Description') ?? form.get('IpPermissions.1.UserIdGroupPairs.1.Description');
      const [, id] = /<securityGroupRuleId>([^<]+)/.exec(reply.body.toString()) ?? [];
      if (description !== null && id !== undefined)
        site.memory.shelf('ec2', call.region, 'rules').set(id, { description });
      return reply;
    },
  })),
  {
    service: 'ec2',
    on: 'ModifyInstanceMetadataDefaults',
    handle: (call, site) => {
      const set = METADATA_DEFAULTS.flatMap((name) => {
        const text = call.form.get(name);
        // These two words take a default back.
        return text === null || text === 'no-preference' || text === '-1' ? [] : [[name, text]];
      });
      site.memory.shelf('ec2', call.region).set('metadata', Object.fromEntries(set));
      return answer('ModifyInstanceMetadataDefaultsResponse', '<return>true</return>');
    },
  },
  {
    service: 'ec2',
    on: 'GetInstanceMetadataDefaults',
    handle: (call, site) => {
      const set = Object.entries(site.memory.shelf('ec2', call.region).get('metadata') ?? {});
      const inner = set.map(([name, text]) => element(name.charAt(0).toLowerCase() + name.slice(1), textOf(text)));
      return answer('GetInstanceMetadataDefaultsResponse', `<accountLevel>${inner.join('')}</accountLevel>`);
    },
  },
  {
    service: 'ec2',
    on: 'EnableSnapshotBlockPublicAccess',
    handle: (call, site) => {
      const state = call.form.get('State') ?? 'unblocked';
      site.memory.shelf('ec2', call.region).set('snapshots', { state });
      return answer('EnableSnapshotBlockPublicAccessResponse', element('state', state));
    },
  },
  {
    service: 'ec2',
    on: 'DisableSnapshotBlockPublicAccess',
    handle: (call, site) => {
      site.memory.shelf('ec2', call.region).delete('snapshots');
      return answer('DisableSnapshotBlockPublicAccessResponse', element('state', 'unblocked'));
    },
  },
  {
    service: 'ec2',
    on: 'GetSnapshotBlockPublicAccessState',
    handle: (call, site) => {
      const state = site.memory.shelf('ec2', call.region).get('snapshots')?.['state'] ?? 'unblocked';
      return answer('GetSnapshotBlockPublicAccessStateResponse', element('state', textOf(state)));
    },
  },
  {
    service: 'ec2',
    on: 'DescribeSecurityGroupRules',
    handle: async (call, site) => {
      const rules = site.memory.shelf('ec2', call.region, 'rules');
      return amendText(await site.moto(call), (text) =>
        text.replaceAll(/<securityGroupRuleId>([^<]+)<\/securityGroupRuleId>/g, (whole, id: string) => {
          const description = textOf(rules.get(id)?.['description']);
          return description === '' ? whole : `${whole}<description>${escapeXml(description)}</description>`;
        }),
      );
    },
  },
  {
    service: 'ec2',
    on: 'DescribeLaunchTemplateVersions',
    handle: async (call, site) =>
      amendText(await site.moto(call), (text) =>
        text.replaceAll(/<item><resourceType>launch-template<\/resourceType><tagSet>.*?<\/tagSet><\/item>/gs, ''),
      ),
  },
];

const METADATA_DEFAULTS = ['HttpTokens', 'HttpPutResponseHopLimit', 'HttpEndpoint', 'InstanceMetadataTags'];

function answer(name: string, inner: string): AwsReply {
  const id = '<requestId>stand-in</requestId>';
  return bytesReply(`<${name} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${id}${inner}</${name}>`, 'text/xml');
}
