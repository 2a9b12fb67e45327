import { DEPLOYABLE_VARIABLES } from '@weatherline/adapters/settings';
import manifest from './package.json' with { type: 'json' };
import { runSecretsInit } from './src/run.ts';

const [mode, ...rest] = process.argv.slice(2);
if ((mode !== 'init' && mode !== 'refresh') || rest.length > 0) {
  // The argument is not repeated: a person may have put a token there.
  process.stderr.write('weatherline secrets-init: expected one argument, init or refresh\n');
  process.exit(2);
}
await runSecretsInit({ mode, version: manifest.version, known: DEPLOYABLE_VARIABLES }, process);
