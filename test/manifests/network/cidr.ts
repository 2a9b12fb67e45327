/** An IPv4 address as one number. */
export function addressOf(text: string): number {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) {
    throw new RangeError(`expected an IPv4 address, got '${text}'`);
  }
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** Is the address within the block, such as `10.0.0.0/8`? */
export function isWithin(address: string, block: string): boolean {
  const [base = '', length = '32'] = block.split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(addressOf(address) / size) === Math.floor(addressOf(base) / size);
}
