import { DEPLOYABLE_VARIABLES } from '@weatherline/adapters/settings';
import manifest from './package.json' with { type: 'json' };
import { ADMIN_MODES, runVaultAdmin } from './src/admin/run.ts';

const [asked, ...rest] = process.argv.slice(2);
const mode = ADMIN_MODES.find((one) => one === asked);
if (mode === undefined || rest.length > 0) {
  // The argument is not repeated: a person may have put a token there.
  process.stderr.write('weatherline vault-admin: expected one argument, initialise, configure or snapshot\n');
  process.exit(2);
}
await runVaultAdmin({ mode, version: manifest.version, known: DEPLOYABLE_VARIABLES }, process);
