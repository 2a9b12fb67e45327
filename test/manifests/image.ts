/** The parts of a reference to an image. */
export type Image = { readonly name: string; readonly tag: string | undefined; readonly digest: string | undefined };

export function split(image: string): Image {
  const [reference = '', digest] = image.split('@');
  const colon = reference.lastIndexOf(':');
  const hasTag = colon > reference.lastIndexOf('/');
  return {
    name: hasTag ? reference.slice(0, colon) : reference,
    tag: hasTag ? reference.slice(colon + 1) : undefined,
    digest,
  };
}
