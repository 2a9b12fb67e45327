import test from 'ava';
import fc from 'fast-check';
import { clientAddress } from '../../src/access/index.ts';

function request(remoteAddress: string | undefined, forwarded?: string): Parameters<typeof clientAddress>[0] {
  return {
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    socket: { remoteAddress },
  };
}

const ADDRESSES: readonly (readonly [string, string])[] = [
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:c000:207', '192.0.2.7'],
  ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
];

test('an address has one spelling, and an IPv6 network counts as one client', (t) => {
  for (const [address, expected] of ADDRESSES) t.is(clientAddress(request(address), 0), expected, address);
  t.is(clientAddress(request(undefined), 0), 'unknown');
});

test('behind proxies the entry that the outermost of ours wrote counts', (t) => {
  const forwarded = '203.0.113.1, 198.51.100.2,192.0.2.3';
  t.is(clientAddress(request('10.0.0.1', forwarded), 0), '10.0.0.1');
  t.is(clientAddress(request('10.0.0.1', forwarded), 1), '192.0.2.3');
  t.is(clientAddress(request('10.0.0.1', forwarded), 2), '198.51.100.2');
  t.is(clientAddress(request('10.0.0.1', forwarded), 3), '203.0.113.1');
  t.is(clientAddress(request('10.0.0.1', forwarded), 4), '10.0.0.1');
  t.is(clientAddress(request('10.0.0.1'), 1), '10.0.0.1');
});

test('an entry may carry a port, and one that is no address counts for the socket', (t) => {
  t.is(clientAddress(request('10.0.0.1', '192.0.2.3:4711'), 1), '192.0.2.3');
  t.is(clientAddress(request('10.0.0.1', '[2001:db8:1:2::9]:4711'), 1), '2001:db8:1:2::/64');
  for (const bad of [
    '',
    ' ',
    ',',
    'unknown',
    '192.0.2.300',
    '192.0.2.3:x',
    '1.2.3.4 5.6.7.8',
    '_hidden',
    ', ,',
    '[]',
  ]) {
    t.is(clientAddress(request('10.0.0.1', bad), 1), '10.0.0.1', JSON.stringify(bad));
  }
});

/** What a caller may send: addresses, lists of them, and anything else. */
const chosen = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc
    .array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 10 })), { maxLength: 8 })
    .map((list) => list.join(', ')),
);

test('without proxies a client cannot choose its address', (t) => {
  fc.assert(
    fc.property(fc.ipV4(), chosen, (socket, sent) => {
      t.is(clientAddress(request(socket, sent), 0), socket);
    }),
  );
});

test('behind any number of our proxies a client cannot choose its address', (t) => {
  fc.assert(
    fc.property(
      fc.ipV4(),
      fc.array(fc.ipV4(), { maxLength: 4 }),
      fc.option(chosen, { nil: undefined }),
      fc.constantFrom(', ', ',', ' , '),
      (client, inner, sent, separator) => {
        // Each proxy appends the address that it was called from; the last one is our socket's peer.
        const list = [...(sent === undefined ? [] : [sent]), client, ...inner].join(separator);
        t.is(clientAddress(request('10.0.0.1', list), inner.length + 1), client);
      },
    ),
    { numRuns: 500 },
  );
});

test('the spelling of an IPv6 address does not matter', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), (groups) => {
      const long = groups.map((group) => group.toString(16).padStart(4, '0')).join(':');
      const short = URL.parse(`http://[${long}]`)?.hostname.slice(1, -1);
      t.is(clientAddress(request(long.toUpperCase()), 0), clientAddress(request(short), 0));
    }),
  );
});

test('a list of any length costs the same', (t) => {
  const long = `${'192.0.2.1, '.repeat(1_000_000)}192.0.2.9`;
  const start = performance.now();
  for (let at = 0; at < 1000; at += 1) t.is(clientAddress(request('10.0.0.1', long), 1), '192.0.2.9');
  t.true(performance.now() - start < 1000);
});
