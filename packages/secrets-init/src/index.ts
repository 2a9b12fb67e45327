export { VaultClient, type Lease, type Login, type Secret, type VaultClientOptions } from './vault-client.ts';
export { VaultError, type VaultErrorDetails, type VaultFault } from './vault-error.ts';
