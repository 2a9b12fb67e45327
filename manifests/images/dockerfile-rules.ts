import { DockerfileParser, type Dockerfile } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { imageIn, stagesOf, type Instruction } from './dockerfile.ts';

type Rule = {
  readonly says: string;
  readonly breaks: (file: Dockerfile, last: readonly Instruction[]) => boolean;
};

const named = (keyword: string, among: readonly Instruction[]): Instruction[] =>
  among.filter((one) => one.getKeyword() === keyword);
const contentOf = (one: Instruction): string => one.getArgumentsContent() ?? '';
const isExec = (one: Instruction): boolean => contentOf(one).includes('["');

/** What every image of ours keeps. */
const RULES: readonly Rule[] = [
  {
    says: 'every stage starts from ${BASE} or from another stage, and BASE has no default',
    breaks: (file) => {
      const stages = new Set(file.getFROMs().map((one) => one.getBuildStage()));
      const bases = file.getFROMs().map((one) => one.getImage() ?? '');
      const hasDefault = file.getInitialARGs().some((one) => contentOf(one).startsWith('BASE='));
      return hasDefault || bases.some((base) => base !== '${BASE}' && !stages.has(base));
    },
  },
  {
    says: 'no argument of a build has a default that would be somebody’s secret or choice',
    breaks: (file) => named('ARG', file.getInstructions()).some((one) => contentOf(one).includes('=')),
  },
  { says: 'nothing is fetched: no ADD', breaks: (file) => named('ADD', file.getInstructions()).length > 0 },
  {
    says: 'files are copied as root’s',
    breaks: (file) => file.getCOPYs().some((one) => !one.getFlags().some((flag) => String(flag) === '--chown=0:0')),
  },
  {
    says: 'the user is a number above 10000, with its group',
    breaks: (_, last) => {
      const [, user, group] = /^(\d+):(\d+)$/.exec(named('USER', last).map(contentOf).at(-1) ?? '') ?? [];
      return !(Number(user) > 10_000 && Number(group) > 10_000);
    },
  },
  {
    says: 'the entry point is one command without a shell',
    breaks: (_, last) => {
      const entries = named('ENTRYPOINT', last);
      return entries.length !== 1 || !entries.every(isExec) || named('CMD', last).length > 0;
    },
  },
  {
    says: 'what runs during a build needs no shell and no network',
    breaks: (file) =>
      named('RUN', file.getInstructions()).some((one) => !isExec(one) || !one.toString().includes('--network=none')),
  },
  {
    says: 'Kubernetes asks for health, not the image: no HEALTHCHECK',
    breaks: (file) => file.getHEALTHCHECKs().some((one) => contentOf(one).trim().toUpperCase() !== 'NONE'),
  },
  {
    says: 'nothing but the pod mounts and opens: no VOLUME, no EXPOSE, no SHELL',
    breaks: (file) =>
      ['VOLUME', 'EXPOSE', 'SHELL'].some((keyword) => named(keyword, file.getInstructions()).length > 0),
  },
  {
    says: 'compiled code is used, from where it was copied to, with the flags that it was compiled with',
    breaks: (file, last) => {
      const { env, warmEnv } = imageIn(file);
      const cache = env['NODE_COMPILE_CACHE'] ?? '/nowhere';
      const isCopied = named('COPY', last).some((one) => contentOf(one).includes(` ${cache}/`));
      return !isCopied || env['NODE_OPTIONS'] !== warmEnv['NODE_OPTIONS'];
    },
  },
  {
    says: 'labels say what it is, of which version and commit, and from which base',
    breaks: (_, last) => {
      const text = named('LABEL', last).map(contentOf).join(' ');
      return !['title', 'version', 'revision', 'created', 'licenses', 'base.name'].every((name) =>
        text.includes(`org.opencontainers.image.${name}=`),
      );
    },
  },
];

/** What is wrong with a Dockerfile: as Docker's own language sees it, and by our rules. */
export function dockerfileProblems(text: string): string[] {
  const file = DockerfileParser.parse(text);
  const last = stagesOf(file).at(-1) ?? [];
  const found = validate(text).map(
    ({ message, range }) => `line ${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`,
  );
  return [...found, ...RULES.filter(({ breaks }) => breaks(file, last)).map(({ says }) => says)];
}
