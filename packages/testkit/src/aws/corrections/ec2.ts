import { amendText, type Correction } from '../correction.ts';
import { textOf } from '../json.ts';
import { escapeXml } from '../../s3/xml.ts';

/** EC2: moto loses the description of a rule that names another security group, and takes a template's own tags. */
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
    // As if they were meant for what the template launches.
    handle: async (call, site) =>
      amendText(await site.moto(call), (text) =>
        text.replaceAll(/<item><resourceType>launch-template<\/resourceType><tagSet>.*?<\/tagSet><\/item>/gs, ''),
      ),
  },
];
