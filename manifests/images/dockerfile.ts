import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DockerfileParser, type Dockerfile } from 'dockerfile-ast';

const FILE = fileURLToPath(new URL('Dockerfile', import.meta.url));

/** What the image says of itself, to whoever starts it. */
export type Image = {
  readonly env: Readonly<Record<string, string>>;
  /** What holds while code is compiled. */
  readonly warmEnv: Readonly<Record<string, string>>;
  readonly user: string;
  readonly entrypoint: readonly string[];
};

export function readDockerfile(): string {
  return readFileSync(FILE, 'utf8');
}

/** The last stage of our Dockerfile is the image. */
export function imageOf(text = readDockerfile()): Image {
  return imageIn(DockerfileParser.parse(text));
}

export function imageIn(file: Dockerfile): Image {
  const stages = stagesOf(file);
  const [warm, last] = [stages.at(-2) ?? [], stages.at(-1) ?? []];
  const entrypoint = last.find((one) => one.getKeyword() === 'ENTRYPOINT')?.getArgumentsContent() ?? '';
  const user = last.findLast((one) => one.getKeyword() === 'USER')?.getArgumentsContent() ?? '0:0';
  return { env: environmentOf(last), warmEnv: environmentOf(warm), user, entrypoint: wordsOf(entrypoint) };
}

export type Instruction = ReturnType<Dockerfile['getInstructions']>[number];

/** Instructions by stage; each begins with its FROM. */
export function stagesOf(file: Dockerfile): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const one of file.getInstructions()) {
    if (one.getKeyword() === 'FROM') stages.push([]);
    stages.at(-1)?.push(one);
  }
  return stages;
}

function environmentOf(stage: readonly Instruction[]): Record<string, string> {
  const pairs = stage
    .filter((one) => one.getKeyword() === 'ENV')
    .flatMap((one) => one.getArguments().map((argument) => argument.getValue()))
    .map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs);
}

/** A command without a shell is a JSON array; any other is one word for the shell. */
function wordsOf(command: string): readonly string[] {
  return command.startsWith('[') ? JSON.parse(command) : [command];
}
