import { createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';

export type IssuedCertificate = {
  /** PEM of the authority that signed it. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
};

export type CertificateOptions = {
  /** DNS names and IPv4 addresses that it proves. */
  readonly names?: readonly string[];
  readonly validFrom?: Date;
  readonly validTo?: Date;
};

const DAY = 86_400_000;

/** A server certificate of an authority of its own, made without openssl, which not every machine has. */
export function issueCertificate(options: CertificateOptions = {}): IssuedCertificate {
  const { names = ['localhost', '127.0.0.1'] } = options;
  const validFrom = options.validFrom ?? new Date(Date.now() - DAY);
  const validTo = options.validTo ?? new Date(Date.now() + DAY);
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const dates = { validFrom, validTo };
  const ca = certificate({ ...dates, subject: 'authority', key: authority.publicKey, signer: authority.privateKey });
  const cert = certificate({ ...dates, subject: 'vault', key: server.publicKey, signer: authority.privateKey, names });
  return { ca, cert, key: String(server.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
}

type Wanted = {
  readonly subject: string;
  readonly key: KeyObject;
  readonly signer: KeyObject;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** Absent = it is an authority. */
  readonly names?: readonly string[];
};

/** X.509 version 3 by RFC 5280, signed with ECDSA and SHA-256. */
function certificate({ subject, key, signer, validFrom, validTo, names }: Wanted): string {
  const algorithm = sequence(oid('2a8648ce3d040302'));
  const extensions =
    names === undefined
      ? [extension('551d13', sequence(der(0x01, Buffer.from([0xff]))), true)]
      : [extension('551d11', sequence(...names.map(alternative)))];
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    commonName('authority'),
    sequence(utcTime(validFrom), utcTime(validTo)),
    commonName(subject),
    key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = createSign('sha256').update(body).sign(signer);
  const whole = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(oid(id), isCritical ? der(0x01, Buffer.from([0xff])) : Buffer.alloc(0), der(0x04, value));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
}

function utcTime(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replaceAll(/[-T:]/g, '')}Z`));
}

/** A name that the certificate proves: an address of four numbers, else a DNS name. */
function alternative(name: string): Buffer {
  const isAddress = /^\d+(\.\d+){3}$/.test(name);
  return isAddress ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name));
}
