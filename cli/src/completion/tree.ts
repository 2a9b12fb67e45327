import type { Command, Option } from 'commander';

/** What may follow an option: nothing, one of some words, a path, or a text that nobody can guess. */
export type Value = 'none' | 'directory' | 'file' | 'text' | readonly string[];
export type Flag = { readonly names: readonly string[]; readonly says: string; readonly value: Value };
export type Word = { readonly word: string; readonly says: string };

/** A command and what can be typed after it. */
export type Place = {
  /** The words that lead there, joined by blanks; '' = the program itself. */
  readonly path: string;
  /** Subcommands, or the words that its argument may be. */
  readonly words: readonly Word[];
  readonly flags: readonly Flag[];
};

/** Every command of the tree as commander has it: no list to keep beside it. */
export function placesOf(root: Command): Place[] {
  const global = flagsOf(root).filter(({ names }) => !names.includes('--help'));
  return below(root, [], global);
}

function below(command: Command, path: readonly string[], global: readonly Flag[]): Place[] {
  const children = command.createHelp().visibleCommands(command);
  const words = children.map((child) => ({ word: child.name(), says: child.description() }));
  const own = flagsOf(command);
  const flags = path.length === 0 ? own : [...own, ...global];
  const here = { path: path.join(' '), words: words.length > 0 ? words : choicesOf(command), flags };
  const deeper = children.flatMap((child) => {
    const places = below(child, [...path, child.name()], global);
    // The command that commander adds takes the name of any other.
    const isHelp = child.name() === 'help';
    return isHelp ? places.map((place) => ({ ...place, words: words.filter(({ word }) => word !== 'help') })) : places;
  });
  return [here, ...deeper];
}

function choicesOf({ registeredArguments: [first] }: Command): Word[] {
  return (first?.argChoices ?? []).map((word) => ({ word, says: first?.description ?? '' }));
}

function flagsOf(command: Command): Flag[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      names: [option.short, option.long].filter((name) => name !== undefined),
      says: option.description,
      value: valueOf(option),
    }));
}

function valueOf({ flags, required, optional, argChoices }: Option): Value {
  if (!required && !optional) return 'none';
  if (argChoices !== undefined) return argChoices;
  if (/<dir>|<directory>/.test(flags)) return 'directory';
  return /<file>|<path>/.test(flags) ? 'file' : 'text';
}

/** The options after which the next word is a value, and no command. */
export function takersOf(places: readonly Place[]): string[] {
  const taking = places.flatMap(({ flags }) => flags).filter(({ value }) => value !== 'none');
  return [...new Set(taking.flatMap(({ names }) => names))].toSorted();
}

/** Every step from a command to a command below it, as `path/word`. */
export function stepsOf(places: readonly Place[]): string[] {
  return places
    .filter(({ path }) => path !== '')
    .map(({ path }) => {
      const at = path.lastIndexOf(' ');
      return `${path.slice(0, Math.max(0, at))}/${path.slice(at + 1)}`;
    });
}

/** Every place and option of it that takes a value. */
export function valuesOf(places: readonly Place[]): { readonly at: string; readonly value: Exclude<Value, 'none'> }[] {
  return places.flatMap(({ path, flags }) =>
    flags.flatMap(({ names, value }) =>
      value === 'none' ? [] : names.map((name) => ({ at: `${path} ${name}`, value })),
    ),
  );
}
