import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Files in PEM. `store` holds the key and the certificate one after the other, as Kafka wants them. */
export type Issued = { readonly certificate: string; readonly key: string; readonly store: string };

/** A certificate authority for one test run. */
export type Authority = AsyncDisposable & {
  readonly directory: string;
  /** The file of its own certificate. */
  readonly certificate: string;
  /** Signs a certificate for a subject, for both ends of a connection; `dns` is the name that a server proves. */
  readonly issue: (subject: string, dns?: string) => Promise<Issued>;
};

/** Makes an authority with openssl, in a folder of its own that goes with it. */
export async function createAuthority(): Promise<Authority> {
  const directory = await mkdtemp(join(tmpdir(), 'weatherline-authority-'));
  const file = (name: string): string => join(directory, name);
  const [certificate, authorityKey] = [file('ca.pem'), file('ca.key')];
  await openssl(['req', '-x509', ...CURVE, '-keyout', authorityKey, '-out', certificate, '-subj', '/CN=authority']);
  return {
    directory,
    certificate,
    issue: async (subject, dns) => {
      const issued = {
        certificate: file(`${subject}.pem`),
        key: file(`${subject}.key`),
        store: file(`${subject}.all`),
      };
      const [request, extensions] = [file(`${subject}.csr`), file(`${subject}.ext`)];
      await openssl(['req', '-new', ...CURVE, '-keyout', issued.key, '-out', request, '-subj', `/CN=${subject}`]);
      const usage = 'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n';
      await writeFile(extensions, dns === undefined ? usage : `${usage}subjectAltName=DNS:${dns}\n`);
      const signer = ['-CA', certificate, '-CAkey', authorityKey, '-CAcreateserial', '-days', '2'];
      await openssl(['x509', '-req', '-in', request, ...signer, '-extfile', extensions, '-out', issued.certificate]);
      const parts = [await readFile(issued.key, 'utf8'), await readFile(issued.certificate, 'utf8')];
      await writeFile(issued.store, parts.join('\n'));
      return issued;
    },
    [Symbol.asyncDispose]: async () => rm(directory, { recursive: true, force: true }),
  };
}

/**
 * Properties of a broker whose listener `MTLS` asks every client for a certificate of the authority, and grants it what
 * ACLs say of its subject. The plain listener is the test's own, which may do everything.
 */
export async function mutualTls(authority: Authority): Promise<Readonly<Record<string, string>>> {
  const { store } = await authority.issue('broker', 'localhost');
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': store,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': authority.certificate,
    'listener.name.mtls.ssl.client.auth': 'required',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
  };
}

async function openssl(args: readonly string[]): Promise<void> {
  await run('openssl', [...args]);
}
