const [A1, A2, A3, A4] = [1.340264, -0.081106, 0.000893, 0.003796] as const;
const M = Math.sqrt(3) / 2;

/** Half the width of the whole earth, in radii. */
const HALF_WIDTH = Math.PI / (M * A1);
/** From the equator to a pole, in radii. */
const HALF_HEIGHT = polynomial(Math.asin(M));

/**
 * Where degrees lie on a map in the Equal Earth projection that fills `width` by `height` around 0° E
 * (Šavrič, Patterson & Jenny 2018, doi:10.1080/13658816.2018.1504949).
 */
export function place(lat: number, lon: number, width: number, height: number): { x: number; y: number } {
  const theta = Math.asin(M * Math.sin((lat * Math.PI) / 180));
  const squared = theta ** 2;
  const sixth = squared ** 3;
  const slope = A1 + 3 * A2 * squared + sixth * (7 * A3 + 9 * A4 * squared);
  const x = (((lon * Math.PI) / 180) * Math.cos(theta)) / (M * slope);
  const scale = Math.min(width / (2 * HALF_WIDTH), height / (2 * HALF_HEIGHT));
  return { x: width / 2 + x * scale, y: height / 2 - polynomial(theta) * scale };
}

function polynomial(theta: number): number {
  const squared = theta ** 2;
  return theta * (A1 + A2 * squared + squared ** 3 * (A3 + A4 * squared));
}
