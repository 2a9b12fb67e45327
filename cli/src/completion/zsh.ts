import { shellWord } from '../shell-word.ts';
import { stepsOf, takersOf, valuesOf, type Place, type Value } from './tree.ts';

/** Works as a file on fpath (named _weatherline) and when it is sourced after compinit. */
export function zshScript(places: readonly Place[]): string {
  return `#compdef weatherline
# Completion of weatherline for zsh; made by: weatherline completion zsh
_weatherline() {
  local at='' option='' word i
  local -a offered options
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ -n $option ]]; then option=''; continue; fi
    case "$word" in
      ${alternatives(takersOf(places))}) option=$word; continue ;;
    esac
    case "$at/$word" in
      ${alternatives(stepsOf(places))}) at="\${at:+$at }$word" ;;
    esac
  done
  if [[ -z $option && \${words[CURRENT]} == --*=* ]]; then
    option=\${words[CURRENT]%%=*}
    compset -P '*='
  fi
  if [[ -n $option ]]; then
    case "$at $option" in
${valuesOf(places)
  .map(({ at, value }) => `      ${shellWord(at)}) ${offer(value)} ;;`)
  .join('\n')}
    esac
    return
  fi
  case "$at" in
${places.map(placeLines).join('\n')}
  esac
  if [[ \${words[CURRENT]} != -* && \${#offered} -gt 0 ]]; then _describe -t commands command offered
  else _describe -o -t options option options
  fi
}

if [[ \${funcstack[1]} == _weatherline ]]; then _weatherline "$@"
else compdef _weatherline weatherline
fi`;
}

function alternatives(words: readonly string[]): string {
  return words.map(shellWord).join('|');
}

function offer(value: Exclude<Value, 'none'>): string {
  if (value === 'directory') return '_directories';
  if (value === 'file') return '_files';
  return value === 'text' ? "_message 'a value'" : `compadd -- ${value.map(shellWord).join(' ')}`;
}

function placeLines({ path, words, flags }: Place): string {
  const offered = words.map(({ word, says }) => described(word, says)).join(' ');
  const options = flags.flatMap(({ names, says }) => names.map((name) => described(name, says))).join(' ');
  return `    ${shellWord(path)})\n      offered=(${offered})\n      options=(${options}) ;;`;
}

/** A colon within the word itself would end it. */
function described(word: string, says: string): string {
  return shellWord(`${word.replaceAll(':', String.raw`\:`)}:${says}`);
}
