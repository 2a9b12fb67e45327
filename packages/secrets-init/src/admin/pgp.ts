/** A public key as Vault takes it. */
export type PublicKey = { readonly holder: string; readonly base64: string };

const ARMOR = /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n([^]*?)-----END PGP PUBLIC KEY BLOCK-----/;
const PUBLIC_KEY_PACKET = 6;
const ENCRYPTED_SESSION_KEY_PACKET = 1;

/** Reads `gpg --armor --export` (RFC 9580, section 6); throws an error that says what was expected. */
export function readPublicKey(holder: string, text: string): PublicKey {
  const told = (what: string): RangeError => new RangeError(`the PGP key of ${holder}: ${what}`);
  // Its text is not repeated, and whoever mounted it must know at once.
  if (text.includes('PRIVATE KEY BLOCK')) throw told('is a private key, which must never be here: replace the pair');
  const [, inner] = ARMOR.exec(text) ?? [];
  if (inner === undefined) throw told('expected one public key, armored: gpg --armor --export');
  if (text.split('-----BEGIN PGP').length > 2) throw told('expected one key, got several');
  // Headers end at the first empty line; the last line may be a checksum.
  const [, body = inner] = /^(?:[\w-]+: .*\r?\n)*\r?\n([^]*)$/.exec(inner) ?? [];
  const lines = body.trim().split(/\s+/);
  const sum = lines.at(-1)?.startsWith('=') === true ? lines.pop() : undefined;
  const bytes = Buffer.from(lines.join(''), 'base64');
  if (packetOf(bytes) !== PUBLIC_KEY_PACKET) throw told('expected a public key, got something else');
  if (sum !== undefined && sum.slice(1) !== crc24(bytes)) throw told('its checksum is wrong: was it cut short?');
  return { holder, base64: bytes.toString('base64') };
}

/** Is this base64 text encrypted for somebody? */
export function isEncrypted(base64: string): boolean {
  return packetOf(Buffer.from(base64, 'base64')) === ENCRYPTED_SESSION_KEY_PACKET;
}

/** The type of the first packet (RFC 9580, section 4.2); -1 = it is none. */
function packetOf(bytes: Buffer): number {
  const tag = bytes[0] ?? 0;
  if ((tag & 0x80) === 0) return -1;
  return (tag & 0x40) === 0 ? (tag >> 2) & 0x0f : tag & 0x3f;
}

function crc24(bytes: Buffer): string {
  let sum = 0xb704ce;
  for (const byte of bytes) {
    sum ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 0x800000) === 0 ? sum << 1 : (sum << 1) ^ 0x1864cfb;
  }
  return Buffer.from([(sum >> 16) & 0xff, (sum >> 8) & 0xff, sum & 0xff]).toString('base64');
}
