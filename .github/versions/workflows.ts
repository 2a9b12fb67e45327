import type { Action, Image, Tool, Versions } from './versions.ts';
import { UNRESOLVED } from './versions.ts';

/** A workflow's text with everything of the table as the table has it. What is in no table stays, for a test to find. */
export function written(text: string, { actions, images, tools }: Versions): string {
  let now = text;
  for (const action of actions) now = now.replaceAll(usesOf(action), `$1${referenceOf(action)}`);
  for (const image of images) now = now.replaceAll(imagesOf(image), imageReferenceOf(image));
  for (const tool of tools) now = now.replaceAll(settingsOf(tool), `$1${tool.version}`);
  return now;
}

/** `name@commit # tag`, which is what Renovate and Dependabot read; by the tag alone while nobody has looked. */
export function referenceOf({ name, tag, commit }: Action): string {
  return commit === UNRESOLVED ? `${name}@${tag}` : `${name}@${commit} # ${tag}`;
}

export function imageReferenceOf({ image, tag, digest }: Image): string {
  return digest === UNRESOLVED ? `${image}:${tag}` : `${image}:${tag}@${digest}`;
}

function usesOf({ name }: Action): RegExp {
  return new RegExp(`^(\\s*(?:- )?uses: )${escaped(name)}@\\S+(?: +#.*)?$`, 'gm');
}

function imagesOf({ image }: Image): RegExp {
  return new RegExp(`(?<![\\w./-])${escaped(image)}:[\\w.-]+(?:@sha256:[0-9a-f]{64})?`, 'g');
}

function settingsOf({ setting }: Tool): RegExp {
  return new RegExp(`^(\\s*${escaped(setting)}: )\\S+$`, 'gm');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
