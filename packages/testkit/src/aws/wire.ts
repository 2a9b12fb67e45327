import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsCall, type AwsReply } from './message.ts';

/** Reads a call whole, and the host it is for when we are asked as a proxy. */
export async function readCall(incoming: IncomingMessage): Promise<{ readonly call: AwsCall; readonly host: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  // Not `new URL`: it takes 123456789012.127.0.0.1 for a broken address.
  const [, host = '', address = ''] = /^(?:http:\/\/([^/]+))?(.*)$/s.exec(incoming.url ?? '/') ?? [];
  const question = address.indexOf('?');
  const headers = Object.entries(incoming.headers).map(([name, text]): [string, string] => [name, String(text)]);
  const call = new AwsCall({
    method: incoming.method ?? 'GET',
    path: (question < 0 ? address : address.slice(0, question)) || '/',
    search: question < 0 ? '' : address.slice(question + 1),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
  });
  return { call, host };
}

export function sendReply(response: ServerResponse, method: string, { status, headers, body }: AwsReply): void {
  // A HEAD says how long its body would be, which only moto knows.
  const length = method === 'HEAD' || status === 204 ? {} : { 'content-length': String(body.length) };
  response.writeHead(status, { ...headers, ...length });
  response.end(method === 'HEAD' ? undefined : body);
}
