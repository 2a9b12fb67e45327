import type { Change, Step } from './change.ts';

/** A mistake that somebody may make, and the checks that are there to find it: these and no others. */
export type Mistake = { readonly title: string; readonly change: Change; readonly found: readonly string[] };

export const POD: readonly Step[] = ['spec', 'template', 'spec'];
export const MAIN: readonly Step[] = [...POD, 'containers', { name: 'function' }];
export const INIT: readonly Step[] = [...POD, 'initContainers', { name: 'secrets-init' }];
export const JOB: readonly Step[] = ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
export const TRIGGER: readonly Step[] = ['spec', 'triggers', 0, 'metadata'];

export const meta = (name: string): object => ({ name, namespace: 'weatherline' });
