import { connect } from 'node:net';
import * as v from 'valibot';
import { fail, ok, skipped, warn, type Finding } from './check.ts';

const Status = v.looseObject({
  status: v.string(),
  latest: v.nullish(v.looseObject({ id: v.string(), age_seconds: v.number() })),
});

/** Freshness as the gateway itself tells it. */
export async function checkGateway(url: string | undefined, signal: AbortSignal): Promise<Finding> {
  if (url === undefined) return skipped('name one with --gateway URL');
  const base = URL.parse(url);
  if (base === null || !/^https?:$/.test(base.protocol) || base.username !== '' || base.search !== '') {
    return fail('expected an http or https address without user or query', 'correct --gateway URL');
  }
  const answer = await answerOf(`${base.href.replace(/\/$/, '')}/v1/status`, signal);
  if (answer === undefined)
    return fail(`${base.origin} does not answer`, 'start the gateway, or correct --gateway URL');
  const { code, body } = answer;
  if (code === 401 || code === 403) {
    return warn(
      `it answers ${code}: it lets in holders of keys only`,
      'ask its status with a key: curl -H "Authorization: …"',
    );
  }
  const parsed = v.safeParse(Status, body);
  if (code !== 200 || !parsed.success) {
    return fail(
      `it answers ${code}, and no status of weatherline`,
      'correct --gateway URL; look into the log of the gateway',
    );
  }
  return judgeStatus(parsed.output);
}

function judgeStatus({ status, latest }: v.InferOutput<typeof Status>): Finding {
  const newest = latest
    ? `the newest product is ${latest.id}, ${Math.round(latest.age_seconds / 60)} min old`
    : 'no product';
  switch (status) {
    case 'ok':
      return ok(`fresh; ${newest}`);
    case 'empty':
      return warn('empty: there is no product yet', 'weatherline trigger --wait');
    case 'stale':
      return fail(
        `stale; ${newest}`,
        'weatherline runs list, weatherline trigger --wait; look at consumer-groups above',
      );
    case 'degraded':
      return fail(
        `degraded: the store cannot be read; ${newest}`,
        'look at bucket above, and at /readyz of the gateway',
      );
    default:
      return warn(`${status.slice(0, 40)}; ${newest}`, 'the gateway is of another version: update this one');
  }
}

async function answerOf(address: string, signal: AbortSignal): Promise<{ code: number; body: unknown } | undefined> {
  try {
    const answer = await fetch(address, { signal, redirect: 'manual', headers: { accept: 'application/json' } });
    const text = await answer.text();
    return { code: answer.status, body: jsonOf(text) };
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Does anybody listen at `host:port`? Undefined = yes, else why not. */
export async function unreachable(address: string, signal: AbortSignal): Promise<string | undefined> {
  const [host = '', port = ''] = address.split(':');
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host, port: Number(port), signal });
  socket.setTimeout(2_000, () => resolve('no answer within 2 s'));
  socket.once('connect', () => resolve(undefined));
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'no connection'));
  const why = await promise;
  socket.on('error', () => undefined);
  socket.destroy();
  return why;
}
