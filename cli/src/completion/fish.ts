import { stepsOf, takersOf, type Flag, type Place, type Value } from './tree.ts';

export function fishScript(places: readonly Place[]): string {
  return `# Completion of weatherline for fish; made by: weatherline completion fish
function __weatherline_at
  set -l at ''
  set -l option ''
  for word in (commandline -opc)[2..-1]
    if test -n "$option"
      set option ''
      continue
    end
    switch "$word"
      case ${takersOf(places).map(quoted).join(' ')}
        set option "$word"
        continue
    end
    switch "$at/$word"
      case ${stepsOf(places).map(quoted).join(' ')}
        set at (string trim -- "$at $word")
    end
  end
  test "$at" = "$argv[1]"
end

complete -c weatherline -e
complete -c weatherline -f
${places.flatMap(linesOf).join('\n')}`;
}

function linesOf({ path, words, flags }: Place): string[] {
  const here = `complete -c weatherline -n ${quoted(`__weatherline_at ${quoted(path)}`)}`;
  return [
    ...words.map(({ word, says }) => `${here} -a ${quoted(word)} -d ${quoted(says)}`),
    ...flags.map((flag) => `${here} ${optionOf(flag)} -d ${quoted(flag.says)}`),
  ];
}

function optionOf({ names, value }: Flag): string {
  const shown = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ');
  return value === 'none' ? shown : `${shown} ${offer(value)}`;
}

function offer(value: Exclude<Value, 'none'>): string {
  if (value === 'directory') return "-x -a '(__fish_complete_directories)'";
  if (value === 'file') return '-r -F';
  return value === 'text' ? '-x' : `-x -a ${quoted(value.join(' '))}`;
}

/** A text as one word of fish. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
