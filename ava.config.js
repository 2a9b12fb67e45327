export default {
  extensions: ['ts'],
  files: ['{packages,functions}/*/test/**/*.test.ts', '{gateway,cli,test}/test/**/*.test.ts', 'test/**/*.test.ts'],
  timeout: '120s',
  concurrency: 2,
  environmentVariables: { TZ: 'UTC' },
};
