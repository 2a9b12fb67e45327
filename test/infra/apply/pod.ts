import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export type PodOptions = {
  /** Below the repository: what the container runs. */
  readonly program: string;
  readonly roleArn: string;
  readonly bucket: string;
  readonly region: string;
  readonly awsUrl: string;
  readonly settings?: Readonly<Record<string, string>>;
};

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * A program with the environment that EKS gives to a pod of a service account, and no other way to credentials: the
 * role's ARN and a token's file, which the SDK changes for temporary keys.
 */
export class Pod implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'weatherline-pod-'));
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #said = '';

  constructor({ program, roleArn, bucket, region, awsUrl, settings = {} }: PodOptions) {
    const token = join(this.#folder, 'token');
    // The stand-in reads no token; that a role takes those of its own account alone is tested on its trust policy.
    writeFileSync(token, 'header.claims.signature');
    this.#child = spawn(process.execPath, [join(REPOSITORY, program)], {
      cwd: this.#folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: this.#folder,
        AWS_REGION: region,
        AWS_ROLE_ARN: roleArn,
        AWS_WEB_IDENTITY_TOKEN_FILE: token,
        AWS_ENDPOINT_URL: awsUrl,
        WEATHERLINE_S3_BUCKET: bucket,
        ...settings,
      },
    });
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    this.#reader = createInterface({ input: this.#child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** The next line that it writes. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`the program ended\n${this.#said}`);
    return value;
  }

  /** Sends a line and gives the one that answers it. */
  async ask(order: object): Promise<Readonly<Record<string, unknown>>> {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
    return JSON.parse(await this.line());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.close();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'close');
      this.#child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
