import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/weatherline/', import.meta.url));

/** The jars of Apache Kafka, as a class path; Maven brings them on first use. */
export async function kafkaClasspath(): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex');
  const cached = join(CACHE, `kafka-${digest.slice(0, 12)}.classpath`);
  const known = await readFile(cached, 'utf8').catch(() => '');
  if (known !== '' && (await isComplete(known))) return known;
  await mkdir(CACHE, { recursive: true });
  // Written beside and moved: two test files may come here at once.
  const folder = await mkdtemp(join(tmpdir(), 'weatherline-kafka-'));
  const file = join(folder, 'classpath');
  try {
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath';
    await run('mvn', ['-q', '-B', '-f', POM, goal, `-Dmdep.outputFile=${file}`], { timeout: 300_000 });
    const classpath = (await readFile(file, 'utf8')).trim();
    await rename(file, cached).catch(() => undefined);
    return classpath;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isComplete(classpath: string): Promise<boolean> {
  const jars = classpath.split(delimiter).map(async (jar) => access(jar));
  return Promise.all(jars).then(
    () => true,
    () => false,
  );
}

/** The first of these programs that is not on this machine, as a sentence; undefined = all are. */
export function commandIsMissing(commands: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const missing = commands.find((command) => !folders.some((folder) => isProgram(join(folder, command))));
  return missing === undefined ? undefined : `no ${missing} on this machine`;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why real Kafka cannot be started here; undefined = it can. */
export function kafkaIsMissing(): string | undefined {
  return commandIsMissing(['java', 'mvn']);
}
