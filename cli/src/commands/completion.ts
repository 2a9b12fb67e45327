import { EXIT } from '@weatherline/runtime';
import type { Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { placesOf } from '../completion/tree.ts';
import { zshScript } from '../completion/zsh.ts';
import type { Output } from '../output.ts';
import type { CompletionScript } from '../results/program.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** Prints what a shell has to read once, to complete commands, options and their choices. */
export function completion(root: Command, shell: keyof typeof SCRIPTS, output: Output): number {
  const script = SCRIPTS[shell](placesOf(root));
  const result: CompletionScript = { shell, script };
  output.result(result, () => script);
  return EXIT.ok;
}
