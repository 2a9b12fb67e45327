import { askAws, scopeHeader, type Asked } from '@weatherline/testkit/aws';
import { KINDS, type Kind } from './kinds.ts';
import type { Resource } from '../checks/facts.ts';

/** Where environments make things, and where AWS keeps what belongs to no region. */
const REGIONS = ['us-east-1', 'us-east-2', 'us-west-2'] as const;

/** Names of what an account holds, by kind, each with its region. */
export type AccountListing = Readonly<Record<string, readonly string[]>>;

/** Asks the account itself, not the state. */
export async function listAccount(url: string): Promise<AccountListing> {
  const listing: Record<string, string[]> = {};
  for (const kind of KINDS) {
    listing[kind.type] = [];
    for (const region of kind.isGlobal === true ? ['us-east-1'] : REGIONS)
      for (const name of await namesOf(url, kind, region)) listing[kind.type]?.push(`${region} ${name}`);
  }
  listing['aws_kms_key'] = (await Promise.all(REGIONS.map(async (region) => liveKeys(url, region)))).flat();
  return listing;
}

async function namesOf(url: string, { asked, name, without }: Kind, region: string): Promise<readonly string[]> {
  const text = await must(url, { ...asked, region });
  const names = [...text.matchAll(name)].map(([, found = '']) => found);
  return [...new Set(names)].filter((found) => without?.test(found) !== true).toSorted();
}

/** A key that is to be deleted stays for as long as its deletion can be taken back: 7 to 30 days. */
async function liveKeys(url: string, region: string): Promise<readonly string[]> {
  const target = (operation: string): Asked => ({ service: 'kms', region, target: `TrentService.${operation}` });
  const ids = [...(await must(url, { ...target('ListKeys'), body: {} })).matchAll(/"KeyId":\s*"([^"]+)"/g)];
  const live: string[] = [];
  for (const [, id = ''] of ids) {
    const text = await must(url, { ...target('DescribeKey'), body: { KeyId: id } });
    if (!/"KeyState":\s*"PendingDeletion"|"KeyManager":\s*"AWS"/.test(text)) live.push(`${region} ${id}`);
  }
  return live;
}

async function must(url: string, asked: Asked): Promise<string> {
  const { status, text } = asked.method === 'GET' ? await get(url, asked) : await askAws(url, asked);
  if (status !== 200) throw new Error(`${asked.service} ${JSON.stringify(asked)} cannot be listed: ${status} ${text}`);
  return text;
}

/** moto takes a type of content as a promise that there is some. */
async function get(url: string, { service, region, path = '/' }: Asked): Promise<{ status: number; text: string }> {
  const response = await fetch(url + path, { headers: { authorization: scopeHeader(service, region) } });
  return { status: response.status, text: await response.text() };
}

/** What came on, by kind. */
export function gained(before: AccountListing, after: AccountListing): AccountListing {
  const more = Object.entries(after).map(([kind, names]): [string, readonly string[]] => {
    const known = new Set(before[kind]);
    return [kind, names.filter((name) => !known.has(name))];
  });
  return Object.fromEntries(more.filter(([, names]) => names.length > 0));
}

/** Kinds of which the state has more than the account shows: a listing that sees nothing would prove nothing. */
export function unseen(resources: readonly Resource[], listed: AccountListing): readonly string[] {
  return KINDS.flatMap(({ type }) => {
    const held = resources.filter((resource) => resource.type === type).length;
    const shown = listed[type]?.length ?? 0;
    return shown < held ? [`${type}: ${held} in the state, ${shown} in the account`] : [];
  });
}
