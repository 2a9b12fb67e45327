import { amendText, type Correction } from '../correction.ts';

const INTERFACE = 'NetworkInterface.1.';

/**
 * Instances: of one whose groups are said of its network interface, as they are by whoever wants no public address, moto
 * loses the groups; and it shows an empty address, which clients take for one.
 */
export const EC2_INSTANCES: readonly Correction[] = [
  {
    service: 'ec2',
    on: 'RunInstances',
    handle: async (call, site) => {
      const { form } = call;
      if (form.get(`${INTERFACE}AssociatePublicIpAddress`) !== 'false' || form.has('NetworkInterface.2.DeviceIndex'))
        return site.moto(call);
      const said = [...form].flatMap(([name, text]) => {
        if (!name.startsWith(INTERFACE)) return [[name, text]];
        const own = name.slice(INTERFACE.length);
        return /^(SubnetId|PrivateIpAddress|SecurityGroupId\.\d+)$/.test(own) ? [[own, text]] : [];
      });
      return site.moto(call.with({ body: Buffer.from(String(new URLSearchParams(said))) }));
    },
  },
  {
    service: 'ec2',
    on: 'DescribeInstances',
    handle: async (call, site) => amendText(await site.moto(call), (text) => text.replaceAll('<association/>', '')),
  },
];
