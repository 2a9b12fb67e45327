/** A text as one word of a POSIX shell, for commands that people copy. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
