import { shellWord } from '../shell-word.ts';
import { stepsOf, takersOf, valuesOf, type Place, type Value } from './tree.ts';

/** For bash 3.2 and later, as macOS has it: no associative arrays, no mapfile. */
export function bashScript(places: readonly Place[]): string {
  return `# Completion of weatherline for bash; made by: weatherline completion bash
_weatherline() {
  local at='' option='' word current=\${COMP_WORDS[COMP_CWORD]} i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # bash gives --option=value as three words.
    if [[ $word == '=' ]]; then continue; fi
    if [[ -n $option ]]; then option=''; continue; fi
    case "$word" in
      ${alternatives(takersOf(places))}) option=$word; continue ;;
    esac
    case "$at/$word" in
      ${alternatives(stepsOf(places))}) at="\${at:+$at }$word" ;;
    esac
  done
  if [[ $current == '=' ]]; then current=''; fi
  if [[ -n $option ]]; then
    case "$at $option" in
${valuesOf(places).map(valueLine).join('\n')}
    esac
    return 0
  fi
  case "$at" in
${places.map(placeLines).join('\n')}
  esac
}

_weatherline_words() {
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$current")
}

_weatherline_paths() {
  compopt -o filenames 2>/dev/null
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$1" -- "$current")
}

complete -F _weatherline weatherline`;
}

function alternatives(words: readonly string[]): string {
  return words.map(shellWord).join('|');
}

function valueLine({ at, value }: { readonly at: string; readonly value: Exclude<Value, 'none'> }): string {
  return `      ${shellWord(at)}) ${offer(value)} ;;`;
}

function offer(value: Exclude<Value, 'none'>): string {
  if (value === 'directory') return '_weatherline_paths -d';
  if (value === 'file') return '_weatherline_paths -f';
  return value === 'text' ? ':' : `_weatherline_words ${shellWord(value.join(' '))}`;
}

/** Options only where one is begun, or where there is nothing else. */
function placeLines({ path, words, flags }: Place): string {
  const options = `_weatherline_words ${shellWord(flags.flatMap(({ names }) => names).join(' '))}`;
  if (words.length === 0) return `    ${shellWord(path)}) ${options} ;;`;
  const commands = `_weatherline_words ${shellWord(words.map(({ word }) => word).join(' '))}`;
  return `    ${shellWord(path)}) if [[ $current == -* ]]; then ${options}; else ${commands}; fi ;;`;
}
