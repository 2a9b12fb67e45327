import * as v from 'valibot';
import { oneOf, text } from './fields.ts';

export const ConfigShown = v.strictObject({
  settings: v.array(
    v.strictObject({
      env: text('The environment variable'),
      value: text('Its value now; (hidden) when it is a secret'),
      source: oneOf(['set', 'file', 'default', 'unset'], 'Where the value comes from'),
      doc: text('What it is for'),
    }),
  ),
});
export type ConfigShown = v.InferOutput<typeof ConfigShown>;

export const VersionShown = v.strictObject({
  version: text('The version of weatherline'),
  node: text('The version of Node that runs it'),
});
export type VersionShown = v.InferOutput<typeof VersionShown>;

export const CompletionScript = v.strictObject({
  shell: oneOf(['bash', 'zsh', 'fish'], 'The shell'),
  script: text('What it has to read'),
});
export type CompletionScript = v.InferOutput<typeof CompletionScript>;
