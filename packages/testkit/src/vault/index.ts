export { adminRoutes, type AdminOptions, type AdminRoutes } from './admin-routes.ts';
export { issueCertificate, type IssuedCertificate } from './certificates.ts';
export { replyData, type Route, type RouteContext } from './dispatch.ts';
export { VAULT_FAULT_KINDS, type VaultFaultKind, type VaultFaultRule } from './faults.ts';
export { serviceAccountToken, type KubernetesRole, type TokenClaims } from './kubernetes.ts';
export { raftSnapshot, type SnapshotParts } from './raft-snapshot.ts';
export { refuse, VaultRefusal, type VaultCall, type VaultReply } from './message.ts';
export { startVaultServer, type SeenRequest, type VaultServer, type VaultServerOptions } from './server.ts';
export type { AuthMethod, Mount, VaultState } from './state.ts';
