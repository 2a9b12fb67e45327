import { createHash, randomBytes } from 'node:crypto';
import type { Route } from './dispatch.ts';
import { listOf, refuse, textOf, type VaultCall, type VaultReply } from './message.ts';
import type { VaultState } from './state.ts';

export type Issued = { rootToken: string; recoveryKeys: string[] };

/** Initialisation and seal of a server that unseals itself by KMS. */
export function initRoutes(issued: Issued): readonly Route[] {
  const open = { isOpen: true, worksSealed: true };
  return [
    {
      ...open,
      method: 'GET',
      pattern: /^sys\/init$/,
      answer: ({ state }) => ({ status: 200, body: { initialized: state.isInitialised } }),
    },
    { ...open, method: 'POST', pattern: /^sys\/init$/, answer: ({ call, state }) => initialise(call, state, issued) },
    {
      ...open,
      method: 'GET',
      pattern: /^sys\/seal-status$/,
      answer: ({ state }) => ({ status: 200, body: sealStatus(state) }),
    },
  ];
}

function sealStatus({ isInitialised, isSealed }: VaultState): Readonly<Record<string, unknown>> {
  const counts = isInitialised ? { t: 3, n: 5 } : { t: 0, n: 0 };
  const always = { progress: 0, nonce: '', version: '2.0.4', migration: false, storage_type: 'raft' };
  const sealed = isSealed || !isInitialised;
  return { type: 'awskms', initialized: isInitialised, sealed, ...counts, ...always, recovery_seal: true };
}

function initialise({ body }: VaultCall, state: VaultState, issued: Issued): VaultReply {
  const barrier = ['secret_shares', 'secret_threshold', 'stored_shares', 'pgp_keys'];
  if (barrier.some((name) => body[name] !== undefined)) {
    refuse(400, 'parameters not specific to auto unseal seals present');
  }
  if (state.isInitialised) refuse(400, 'Vault is already initialized');
  const shares = Number(body['recovery_shares'] ?? 0);
  const keys = listOf(body['recovery_pgp_keys']);
  if (shares < 1 || Number(body['recovery_threshold'] ?? 0) > shares) refuse(400, 'invalid recovery configuration');
  if (keys.length > 0 && keys.length !== shares) {
    refuse(400, 'count mismatch between number of provided PGP keys and number of shares');
  }
  issued.recoveryKeys = Array.from({ length: shares }, () => randomBytes(33).toString('base64'));
  const root = { policies: ['root'], meta: {}, path: 'auth/token/root', displayName: 'root', ttlMs: 0, maxTtlMs: 0 };
  issued.rootToken = state.tokens.issue({ ...root, isRenewable: false }, state.now()).id;
  state.isInitialised = true;
  state.isSealed = false;
  const encrypted = issued.recoveryKeys.map((key, at) => encryptedFor(keys[at], Buffer.from(key, 'base64')));
  const rootKey = textOf(body, 'root_token_pgp_key');
  const rootToken =
    rootKey === '' ? issued.rootToken : encryptedFor(rootKey, Buffer.from(issued.rootToken)).toString('base64');
  const answer = {
    keys: [],
    keys_base64: [],
    recovery_keys: encrypted.map((key) => key.toString('hex')),
    recovery_keys_base64: encrypted.map((key) => key.toString('base64')),
    root_token: rootToken,
  };
  return { status: 200, body: answer };
}

/**
 * The shape of a PGP message, not its cryptography: a packet that names the key, and a body that does not show the
 * text. Without a key the text is as it is, which is what a client must never ask for.
 */
function encryptedFor(key: string | undefined, text: Buffer): Buffer {
  if (key === undefined) return text;
  const publicKey = Buffer.from(key, 'base64');
  if ((publicKey[0] ?? 0) < 0x80)
    refuse(400, 'failed to parse PGP key: openpgp: invalid data: tag byte does not have MSB set');
  const pad = createHash('sha512').update(publicKey).digest();
  const hidden = text.map((byte, at) => byte ^ (pad[at % pad.length] ?? 0));
  const keyId = createHash('sha1').update(publicKey).digest().subarray(-8);
  const session = Buffer.concat([Buffer.from([3]), keyId, Buffer.from([1]), randomBytes(32)]);
  return Buffer.concat([packet(1, session), packet(18, Buffer.concat([Buffer.from([1]), hidden]))]);
}

function packet(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0xc0 | tag, content.length]), content]);
}
