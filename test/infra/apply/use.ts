import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { sha256 } from '@weatherline/runtime';
import * as v from 'valibot';
import type { Life, Told } from './life.ts';
import { Pod } from './pod.ts';

const SHELL = 'test/infra/apply/store-shell.ts';
const EVENT = new URL('../../../packages/events/test/golden/records.transformed.v1.json', import.meta.url);
const Event = v.object({ data: v.looseObject({ run: v.looseObject({ id: v.string() }) }) });
const Stored = v.object({ key: v.string(), sha256: v.string(), outcome: v.string() });
const GATEWAY = { WEATHERLINE_HTTP_HOST: '127.0.0.1', WEATHERLINE_HTTP_PORT: '0', WEATHERLINE_INFRA_PORT: '0' };

/** A program with the role of that service account. */
export function podOf(life: Life, told: Told, who: string, program = SHELL): Pod {
  const { bucket, region, roles } = told;
  const roleArn = roles[who];
  if (roleArn === undefined) throw new Error(`the environment has no role for ${who}`);
  const settings = program === SHELL ? {} : GATEWAY;
  return new Pod({ program, roleArn, bucket, region, awsUrl: life.standIn.url, settings });
}

/** Upload stores a product, and the gateway serves those very bytes; each has nothing but its role and a token. */
export async function writeAndServe(life: Life): Promise<string> {
  const { told } = life;
  const { data } = v.parse(Event, JSON.parse(readFileSync(EVENT, 'utf8')));
  await using upload = podOf(life, told, 'upload');
  const stored = v.parse(Stored, await upload.ask({ do: 'upload', event: data }));
  assert.equal(stored.outcome, 'created');

  await using gateway = podOf(life, told, 'gateway', 'gateway/main.ts');
  const url = `http://127.0.0.1:${await portOf(gateway)}/v1/products`;
  const content = await fetch(`${url}/${data.run.id}/content`);
  const body = Buffer.from(await content.arrayBuffer());
  assert.equal(content.status, 200, body.toString());
  assert.equal(sha256(body), stored.sha256);
  const latest = v.parse(v.object({ id: v.string() }), await (await fetch(`${url}/latest`)).json());
  assert.equal(latest.id, data.run.id);
  const tokens = life.standIn.calls.filter(({ operation }) => operation === 'AssumeRoleWithWebIdentity');
  assert(tokens.length >= 2, 'each program has changed its token for keys');
  return `${body.length} bytes of ${stored.key}`;
}

async function portOf(gateway: Pod): Promise<number> {
  for (;;) {
    const line: { readonly message?: string; readonly port?: number } = JSON.parse(await gateway.line());
    if (line.port !== undefined) return line.port;
  }
}
