import { HaltError } from '@weatherline/runtime';
import test from 'ava';
import { brokerError } from '../src/kafka/errors.ts';

const withCode = (message: string, code: string): Error => Object.assign(new Error(message), { code });

test('of several errors at once the first decides', (t) => {
  const denied = Object.assign(new Error('Not authorized'), { type: 'TOPIC_AUTHORIZATION_FAILED', code: 29 });
  const error = brokerError(Object.assign(new Error('Topic creation errors'), { errors: [denied] }), 'create topics');
  t.is(error.code, 'BROKER_ACCESS_DENIED');
  t.is(error.message, 'create topics: Not authorized');
});

test('a certificate that one side refuses is for a person; a connection that fails is not', (t) => {
  const codes = {
    'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE': 'BROKER_ACCESS_DENIED',
    ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'BROKER_ACCESS_DENIED',
    ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'BROKER_ACCESS_DENIED',
    ERR_TLS_CERT_ALTNAME_INVALID: 'BROKER_NOT_TRUSTED',
    SELF_SIGNED_CERT_IN_CHAIN: 'BROKER_NOT_TRUSTED',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'BROKER_NOT_TRUSTED',
    CERT_HAS_EXPIRED: 'BROKER_NOT_TRUSTED',
    ECONNREFUSED: 'BROKER_UNAVAILABLE',
    ENOTFOUND: 'BROKER_UNAVAILABLE',
  };
  for (const [code, expected] of Object.entries(codes)) {
    const wrapped = new Error('retries exceeded', { cause: withCode('Connection error: no\n\n', code) });
    const error = brokerError(wrapped, 'publish');
    t.is(error.code, expected, code);
    t.is(error instanceof HaltError, expected !== 'BROKER_UNAVAILABLE');
    t.is(error.message, 'publish: Connection error: no');
  }
});

test('a codec that nobody here can read is for a person', (t) => {
  const cause = Object.assign(new Error('Snappy compression not implemented'), { name: 'KafkaJSNotImplemented' });
  t.like(brokerError(cause, 'consume x'), { code: 'UNSUPPORTED_COMPRESSION', disposition: 'halt' });
});
