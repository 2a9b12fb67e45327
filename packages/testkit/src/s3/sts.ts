import { randomBytes } from 'node:crypto';
import { refuse, type S3Error, type S3Reply, type S3Request } from './message.ts';
import type { Secret } from './signature.ts';
import { element } from './xml.ts';

export type Assumed = {
  readonly roleArn: string;
  readonly session: string;
  /** The web identity token as it was presented. */
  readonly token: string;
};

type Temporary = Secret & { readonly sessionToken: string; readonly expiresAt: number };

export type CredentialOptions = {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** True = only temporary credentials are taken, as where there are no users. */
  readonly requireSessionToken?: boolean;
  /** How long temporary credentials live, milliseconds; default: as asked for, at most an hour. */
  readonly credentialLifeMs?: number;
};

/** Who may sign: one long-lived key, and the temporary ones that `AssumeRoleWithWebIdentity` gave out. */
export class Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly assumed: Assumed[] = [];
  readonly #options: CredentialOptions;
  readonly #temporary = new Map<string, Temporary>();

  constructor(options: CredentialOptions) {
    this.accessKeyId = options.accessKeyId ?? 'test';
    this.secretAccessKey = options.secretAccessKey ?? 'test';
    this.#options = options;
  }

  secretOf(accessKeyId: string, sessionToken: string | undefined, now: number): Secret {
    const temporary = this.#temporary.get(accessKeyId);
    if (temporary !== undefined) {
      if (sessionToken !== temporary.sessionToken) refuse(400, 'InvalidToken', 'The provided token is malformed.');
      if (now >= temporary.expiresAt) refuse(400, 'ExpiredToken', 'The provided token has expired.');
      return temporary;
    }
    if (accessKeyId !== this.accessKeyId || this.#options.requireSessionToken === true) {
      refuse(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
    }
    return { secretAccessKey: this.secretAccessKey };
  }

  /** Makes every temporary credential invalid at once, as a revoked session does. */
  expireAll(now: number): void {
    for (const [id, temporary] of this.#temporary) this.#temporary.set(id, { ...temporary, expiresAt: now });
  }

  assumeRole({ raw }: S3Request, now: number): S3Reply {
    const form = new URLSearchParams(raw.toString());
    const of = (name: string): string => form.get(name) ?? refuse(400, 'MissingParameter', `${name} is required`);
    if (of('Action') !== 'AssumeRoleWithWebIdentity') refuse(400, 'InvalidAction');
    const assumed = { roleArn: of('RoleArn'), session: of('RoleSessionName'), token: of('WebIdentityToken') };
    const subject = subjectOf(assumed.token, now);
    this.assumed.push(assumed);
    const lifeMs = this.#options.credentialLifeMs ?? Math.min(Number(form.get('DurationSeconds') ?? 3600), 3600) * 1000;
    const id = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const temporary = {
      secretAccessKey: randomBytes(20).toString('hex'),
      sessionToken: randomBytes(32).toString('base64url'),
      expiresAt: now + lifeMs,
    };
    this.#temporary.set(id, temporary);
    const credentials = [
      element('AccessKeyId', id),
      element('SecretAccessKey', temporary.secretAccessKey),
      element('SessionToken', temporary.sessionToken),
      element('Expiration', new Date(temporary.expiresAt).toISOString()),
    ].join('');
    const user = `${element('Arn', assumed.roleArn)}${element('AssumedRoleId', `AROA:${assumed.session}`)}`;
    return reply(
      200,
      `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>` +
        `<Credentials>${credentials}</Credentials><AssumedRoleUser>${user}</AssumedRoleUser>` +
        `${element('SubjectFromWebIdentityToken', subject)}</AssumeRoleWithWebIdentityResult>` +
        `</AssumeRoleWithWebIdentityResponse>`,
    );
  }
}

/** STS words its errors otherwise than S3 does. */
export function stsErrorReply({ status, code, message }: S3Error): S3Reply {
  const inner = `${element('Type', 'Sender')}${element('Code', code)}${element('Message', message)}`;
  return reply(status, `<ErrorResponse><Error>${inner}</Error></ErrorResponse>`);
}

/** The `sub` of a token that is not over; its signature is nobody's concern here. */
function subjectOf(token: string, now: number): string {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) refuse(400, 'InvalidIdentityToken', 'The token is no JWT');
  const claims = claimsOf(payload);
  if (claims.exp !== undefined && claims.exp * 1000 <= now) refuse(400, 'ExpiredTokenException', 'Token is expired');
  return claims.sub;
}

function claimsOf(payload: string): { sub: string; exp: number | undefined } {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (typeof parsed !== 'object' || parsed === null) throw new TypeError('expected claims');
    const exp = 'exp' in parsed ? Number(parsed.exp) : undefined;
    return { sub: 'sub' in parsed ? String(parsed.sub) : '', exp };
  } catch {
    return refuse(400, 'InvalidIdentityToken', 'The token is no JWT');
  }
}

function reply(status: number, body: string): S3Reply {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
