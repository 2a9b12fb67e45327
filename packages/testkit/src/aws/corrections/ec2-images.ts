import type { Correction } from '../correction.ts';
import { bytesReply, type AwsCall, type AwsReply } from '../message.ts';
import { element } from '../../s3/xml.ts';

/** Images: moto starts an instance of whatever image is named, but knows a few of them only when asked. */
export const EC2_IMAGES: readonly Correction[] = [
  {
    service: 'ec2',
    on: 'DescribeImages',
    handle: async (call, site) => {
      const reply = await site.moto(call);
      return reply.status === 400 && reply.body.includes('InvalidAMIID.NotFound') ? madeUp(call) : reply;
    },
  },
];

/** Which images a region has is not a thing of this account: each is taken for one, as moto takes it for an instance. */
function madeUp(call: AwsCall): AwsReply {
  const asked = [...call.form].filter(([name]) => name.startsWith('ImageId.')).map(([, id]) => id);
  const images = asked.map((id) => `<item>${element('imageId', id)}${OF_EVERY_IMAGE}</item>`);
  const inner = `<requestId>stand-in</requestId><imagesSet>${images.join('')}</imagesSet>`;
  const root = 'DescribeImagesResponse';
  return bytesReply(`<${root} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${inner}</${root}>`, 'text/xml');
}

const OF_EVERY_IMAGE = [
  element('imageState', 'available'),
  element('imageType', 'machine'),
  element('imageOwnerAlias', 'amazon'),
  element('isPublic', true),
  element('architecture', 'arm64'),
  element('rootDeviceType', 'ebs'),
  // Where moto puts the root of an instance.
  element('rootDeviceName', '/dev/sda1'),
  element('virtualizationType', 'hvm'),
].join('');
