import { parseObject, type Json } from './json.ts';

/** One call as a client of AWS would send it, but for the signature, which nobody here reads. */
export type Asked = {
  readonly service: string;
  /** Default us-east-1. */
  readonly region?: string;
  /** The whole of `X-Amz-Target`. */
  readonly target?: string;
  /** A call of the Query protocol, with `Action`. */
  readonly form?: Readonly<Record<string, string>>;
  /** Default POST, `/`. */
  readonly method?: string;
  readonly path?: string;
  /** JSON, or text as it is. */
  readonly body?: Json | string;
};

export type Answered = { readonly status: number; readonly code: string; readonly text: string; readonly json: Json };

/** The header by which AWS, moto and the stand-in tell which service a call is for. */
export function scopeHeader(service: string, region = 'us-east-1'): string {
  const credential = `test/20260101/${region}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=none`;
}

export async function askAws(url: string, asked: Asked): Promise<Answered> {
  const { service, region, target, form, method = 'POST', path = '/', body } = asked;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: scopeHeader(service, region),
      'content-type': contentTypeOf(asked),
      ...(target === undefined ? {} : { 'x-amz-target': target }),
    },
    ...(form === undefined ? {} : { body: String(new URLSearchParams(form)) }),
    ...(body === undefined ? {} : { body: text }),
  });
  const received = await response.text();
  const code = response.headers.get('x-amzn-errortype') ?? /<Code>([^<]+)/.exec(received)?.[1] ?? '';
  return { status: response.status, code, text: received, json: parseObject(received) };
}

function contentTypeOf({ form, target }: Asked): string {
  if (form !== undefined) return 'application/x-www-form-urlencoded';
  return target === undefined ? 'application/json' : 'application/x-amz-json-1.1';
}
