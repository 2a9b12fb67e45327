import test from 'ava';
import { dockerfileProblems } from '../../manifests/images/dockerfile-rules.ts';
import { imageOf, readDockerfile } from '../../manifests/images/dockerfile.ts';

const text = readDockerfile();

test('the Dockerfile keeps every rule, and starts the bundle as nobody in particular', (t) => {
  t.deepEqual(dockerfileProblems(text), []);
  t.like(imageOf(), { user: '65532:65532', entrypoint: ['/nodejs/bin/node', '/app/main.mjs'] });
});

const COPY = 'COPY --chown=0:0 out/images/${COMPONENT}/ /app/';

const MISTAKES: readonly (readonly [mistake: string, from: string, to: string, says: RegExp])[] = [
  ['a base by tag', 'FROM ${BASE}\n', 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\n', /starts from/],
  ['the newest base', 'FROM ${BASE} AS warm', 'FROM node:latest AS warm', /starts from/],
  ['a base that is the default', 'ARG BASE\n\n', 'ARG BASE=node:24\n\n', /no default/],
  ['a file from the internet', COPY, 'ADD https://example.org/x.tgz /app/', /no ADD/],
  ['files of the user who runs', COPY, 'COPY --chown=65532:65532 out/images/${COMPONENT}/ /app/', /as root’s/],
  ['files of whoever built', COPY, 'COPY out/images/${COMPONENT}/ /app/', /as root’s/],
  ['root', 'USER 65532:65532\n# Kub', 'USER 0:0\n# Kub', /the user is/],
  ['a user by name', 'USER 65532:65532\n# Kub', 'USER nonroot\n# Kub', /the user is/],
  ['no user', 'USER 65532:65532\n# Kub', '# Kub', /the user is/],
  [
    'a shell before the program',
    'ENTRYPOINT ["/nodejs/bin/node", "/app/main.mjs"]',
    'ENTRYPOINT node /app/main.mjs',
    /without a shell/,
  ],
  ['a command that arguments replace', 'ENTRYPOINT', 'CMD', /without a shell/],
  ['a network while it is built', 'RUN --network=none', 'RUN', /no network/],
  [
    'a shell while it is built',
    '["/nodejs/bin/node", "/warm/warm.ts", "/app", "/tmp/compile-cache"]',
    'node /warm/warm.ts',
    /no shell/,
  ],
  ['a health check', 'WORKDIR /app', 'HEALTHCHECK CMD ["/nodejs/bin/node", "-v"]', /no HEALTHCHECK/],
  ['a volume', 'WORKDIR /app', 'VOLUME /data', /no VOLUME/],
  [
    'a cache in another place',
    'NODE_COMPILE_CACHE=/app/compile-cache',
    'NODE_COMPILE_CACHE=/tmp/cache',
    /compiled code/,
  ],
  [
    'other flags than it was compiled with',
    'NODE_OPTIONS=--max-semi-space-size=2 \\',
    'NODE_OPTIONS=--stack-size=500 \\',
    /compiled code/,
  ],
  ['no revision', 'org.opencontainers.image.revision', 'org.example.revision', /labels/],
  ['a word that Docker does not know', 'WORKDIR /app', 'WORKDIRR /app', /line \d+: Unknown instruction/],
];

for (const [mistake, from, to, says] of MISTAKES) {
  test(`the Dockerfile's rules find ${mistake}`, (t) => {
    t.true(text.includes(from), from);
    t.regex(dockerfileProblems(text.replace(from, () => to)).join('\n'), says);
  });
}
