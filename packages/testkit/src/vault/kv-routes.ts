import { replyData, type Route } from './dispatch.ts';
import { recordOf } from './kubernetes.ts';
import type { KeyValue } from './kv.ts';
import { listOf, refuse, type VaultCall } from './message.ts';
import type { VaultState } from './state.ts';

const KV_DATA = /^([^/]+)\/data\/(.+)$/;

function kvOf(state: VaultState, mount = ''): KeyValue {
  return state.mounts.get(mount)?.kv ?? refuse(404, `no handler for route "${mount}". route entry not found.`);
}

function numbersOf(call: VaultCall): readonly number[] {
  return listOf(call.body['versions']).map(Number);
}

/** KV v2: data, versions, metadata. */
export const KV_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    pattern: KV_DATA,
    answer: ({ call, state, parts: [mount, path = ''] }) => {
      const { status, data } = kvOf(state, mount).read(path, Number(call.query.get('version') ?? 0));
      return replyData(data, status);
    },
  },
  {
    method: 'POST',
    pattern: KV_DATA,
    exists: (state, [mount, path = '']) => kvOf(state, mount).has(path),
    answer: ({ call, state, parts: [mount, path = ''] }) => {
      const { cas } = recordOf(call.body['options']);
      if (call.body['data'] === undefined) refuse(400, 'no data provided');
      const expected = typeof cas === 'number' ? cas : undefined;
      return replyData(kvOf(state, mount).put(path, recordOf(call.body['data']), state.now(), expected));
    },
  },
  {
    method: 'DELETE',
    pattern: KV_DATA,
    answer: ({ state, parts: [mount, path = ''] }) => {
      kvOf(state, mount).delete(path, state.now());
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    pattern: /^([^/]+)\/(delete|undelete|destroy)\/(.+)$/,
    answer: ({ call, state, parts: [mount, verb, path = ''] }) => {
      const kv = kvOf(state, mount);
      if (verb === 'delete') kv.delete(path, state.now(), numbersOf(call));
      if (verb === 'undelete') kv.undelete(path, numbersOf(call));
      if (verb === 'destroy') kv.destroy(path, numbersOf(call));
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    pattern: /^([^/]+)\/metadata\/(.+)$/,
    answer: ({ state, parts: [mount, path = ''] }) => replyData(kvOf(state, mount).metadata(path)),
  },
  {
    method: 'LIST',
    pattern: /^([^/]+)\/metadata\/?(.*)$/,
    answer: ({ state, parts: [mount, path = ''] }) => replyData({ keys: kvOf(state, mount).list(path) }),
  },
  {
    method: 'DELETE',
    pattern: /^([^/]+)\/metadata\/(.+)$/,
    answer: ({ state, parts: [mount, path = ''] }) => {
      kvOf(state, mount).forget(path);
      return { status: 204 };
    },
  },
];
