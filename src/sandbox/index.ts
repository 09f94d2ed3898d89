// The sandbox receiver as the rest of the engine sees it.
export { SANDBOX_HOST, SANDBOX_PATHS } from './answers.ts';
export type { KeyPair } from './certificate.ts';
export { makeCertificate } from './certificate.ts';
export type { InboxQuery, SandboxRequest } from './inbox.ts';
export type { Sandbox, SandboxAddress, SandboxDeps } from './server.ts';
export { createSandbox } from './server.ts';
