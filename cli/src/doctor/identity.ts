import { readFileSync } from 'node:fs';
import type { Environment } from '@weatherline/runtime';
import * as v from 'valibot';
import { fail, ok, skipped, warn, type Finding } from './check.ts';

const TOKEN_FILE = 'AWS_WEB_IDENTITY_TOKEN_FILE';
const ROLE = 'AWS_ROLE_ARN';
const AUDIENCE = 'sts.amazonaws.com';
const ROLE_ARN = /^arn:aws(-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
/** The kubelet renews a token when a fifth of its time is left: one that ends this soon is not renewed. */
const SOON_MS = 5 * 60_000;
const PROJECTED = `a projected service account token of the audience ${AUDIENCE}`;

const Claims = v.looseObject({ exp: v.number(), aud: v.union([v.string(), v.array(v.string())]) });

export type IdentityQuestion = {
  readonly env: Environment;
  /** Where the store lies: its region's token service is asked. */
  readonly region: string;
  readonly now: Date;
  readonly signal: AbortSignal;
};

/** Whom AWS takes this process for, by a web identity: what lies in the token file is read, and never told. */
export async function checkIdentity(question: IdentityQuestion): Promise<Finding> {
  const { env, now } = question;
  const [file, role] = [env[TOKEN_FILE], env[ROLE]];
  if (!file && !role) return skipped(`no web identity is set (${TOKEN_FILE}, ${ROLE})`);
  if (!file || !role) {
    const [there, away] = file ? [TOKEN_FILE, ROLE] : [ROLE, TOKEN_FILE];
    return fail(
      `${there} is set and ${away} is not`,
      `annotate the service account with eks.amazonaws.com/role-arn and start the pod again, or set ${away}`,
    );
  }
  if (!ROLE_ARN.test(role)) {
    return fail(`${ROLE} is no ARN of a role`, `set ${ROLE} to arn:aws:iam::<12 digits>:role/<name>`);
  }
  const token = readToken(file);
  if (typeof token !== 'string') return token;
  const found = judgeToken(token, file, now) ?? (await askTokenService(question, role, token));
  return found.status === 'ok' ? besideKeys(env, found) : found;
}

function readToken(file: string): string | Finding {
  try {
    const token = readFileSync(file, 'utf8').trim();
    return token === '' ? fail(`${file} is empty`, `mount ${PROJECTED} there`) : token;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return fail(`${file} cannot be read (${code})`, `mount ${PROJECTED} there, readable for this user (fsGroup)`);
  }
}

/** What is wrong with a token by its own words; undefined = nothing. */
function judgeToken(token: string, file: string, now: Date): Finding | undefined {
  const claims = claimsOf(token);
  if (claims === undefined)
    return fail(`${file} holds no token with an end and an audience`, `mount ${PROJECTED} there`);
  const audiences = typeof claims.aud === 'string' ? [claims.aud] : claims.aud;
  if (!audiences.includes(AUDIENCE)) {
    return fail(`the token in ${file} is not for ${AUDIENCE}`, `mount ${PROJECTED} there: its audience is another`);
  }
  const leftMs = claims.exp * 1000 - now.getTime();
  const renew =
    'start the pod again; if it happens again, look at the clock and at the kubelet, which renews the token';
  if (leftMs <= 0) return fail(`the token in ${file} ended ${minutes(-leftMs)} ago`, renew);
  return leftMs < SOON_MS
    ? warn(`the token in ${file} ends in ${minutes(leftMs)} and was not renewed`, renew)
    : undefined;
}

function minutes(ms: number): string {
  return `${Math.floor(ms / 60_000)} min`;
}

function claimsOf(token: string): v.InferOutput<typeof Claims> | undefined {
  const [, payload = '', signature] = token.split('.');
  if (signature === undefined) return undefined;
  try {
    const parsed = v.safeParse(Claims, JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** The shortest time that the service gives credentials for; nobody uses these. */
const SHORTEST_S = '900';

/** Asks for credentials as the store's client does, and keeps none of what it is given. */
async function askTokenService(
  { env, region, signal }: IdentityQuestion,
  role: string,
  token: string,
): Promise<Finding> {
  const address = serviceAddress(env, region);
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: 'weatherline-doctor',
    WebIdentityToken: token,
    DurationSeconds: SHORTEST_S,
  });
  let answer: { status: number; code: string | undefined };
  try {
    const response = await fetch(address, { method: 'POST', body: form, redirect: 'manual', signal });
    const text = await response.text();
    answer = { status: response.status, code: /<Code>([A-Za-z.]{1,60})<\/Code>/.exec(text)?.[1] };
  } catch {
    // What was sent is the token: nothing of the error is told.
    return signal.aborted ? SILENT_SERVICE : fail('the token service of AWS cannot be reached', WAY);
  }
  if (answer.status === 200) return ok(`${role}: accepted by the token service`);
  const { status, code = 'no code' } = answer;
  return fail(
    `the token service refuses the role (${status} ${code})`,
    REFUSALS[code] ?? `${WAY}; try again in a minute`,
  );
}

const WAY =
  'look at the way to sts.<region>.amazonaws.com (network policy, proxy, VPC endpoint) and at AWS_ENDPOINT_URL_STS';
/** What it means when the time of the check is up. */
export const SILENT_SERVICE = fail('the token service of AWS does not answer in time', WAY);
const TRUST =
  "let the trust policy of the role name the cluster's OIDC provider and sub = system:serviceaccount:<namespace>:<name>";

const REFUSALS: Readonly<Record<string, string>> = {
  AccessDenied: `${TRUST}; does the role exist?`,
  InvalidIdentityToken: "register the cluster's OIDC provider with IAM in the account of the role",
  ExpiredTokenException: 'set the clock: timedatectl set-ntp true; start the pod again for a new token',
  IDPCommunicationError: "let AWS reach the address of the cluster's OIDC provider; try again in a minute",
  IDPRejectedClaim: TRUST,
  RegionDisabledException: 'let the account use the token service of this region (IAM, account settings)',
  ValidationError: `correct ${ROLE}`,
};

function serviceAddress(env: Environment, region: string): string {
  const own = env['AWS_ENDPOINT_URL_STS'] ?? env['AWS_ENDPOINT_URL'];
  if (own) return own;
  return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
}

/** The client of the store looks for keys first. */
function besideKeys(env: Environment, found: Finding): Finding {
  if (!env['AWS_ACCESS_KEY_ID'] || !env['AWS_SECRET_ACCESS_KEY'] || env['AWS_PROFILE']) return found;
  const detail = `${found.detail}, but AWS_ACCESS_KEY_ID is set, too: the store is asked with that key, not with the role`;
  return warn(detail, 'unset AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
}
