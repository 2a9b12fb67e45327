import { scopeHeader } from '../client.ts';
import type { Site } from '../correction.ts';
import { AwsCall } from '../message.ts';

/** A call of our own to moto's EC2. */
export async function askEc2(
  region: string,
  site: Site,
  form: Readonly<Record<string, string>> & { readonly Action: string },
): Promise<string> {
  const call = new AwsCall({
    method: 'POST',
    path: '/',
    search: '',
    headers: {
      host: '127.0.0.1',
      'content-type': 'application/x-www-form-urlencoded',
      authorization: scopeHeader('ec2', region),
    },
    body: Buffer.from(String(new URLSearchParams({ Version: '2016-11-15', ...form }))),
  });
  const { status, body } = await site.moto(call);
  if (status >= 300) throw new Error(`${form.Action}: ${body.toString()}`);
  return body.toString();
}
