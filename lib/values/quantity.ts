const QUANTITY = /^\+?(\d+)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;
const SUFFIX: Readonly<Record<string, readonly [numerator: bigint, denominator: bigint]>> = {
  n: [1n, 10n ** 9n],
  u: [1n, 10n ** 6n],
  m: [1n, 1000n],
  k: [10n ** 3n, 1n],
  M: [10n ** 6n, 1n],
  G: [10n ** 9n, 1n],
  T: [10n ** 12n, 1n],
  P: [10n ** 15n, 1n],
  E: [10n ** 18n, 1n],
  Ki: [2n ** 10n, 1n],
  Mi: [2n ** 20n, 1n],
  Gi: [2n ** 30n, 1n],
  Ti: [2n ** 40n, 1n],
  Pi: [2n ** 50n, 1n],
  Ei: [2n ** 60n, 1n],
};

/**
 * The thousandths in a Kubernetes quantity, rounded up as Kubernetes does: `250m` has 250, `1` has 1000. Undefined for a text that is none.
 */
export function tryCpu(text: string): number | undefined {
  return scaled(text, 1000n);
}

/** The whole units in a Kubernetes quantity, rounded up: `1Ki` has 1024. Bytes for memory. Undefined for a text that is none. */
export function tryBytes(text: string): number | undefined {
  return scaled(text, 1n);
}

function scaled(text: string, scale: bigint): number | undefined {
  const match = QUANTITY.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', suffix = ''] = match;
  const [numerator, denominator] = factor(suffix);
  const above = BigInt(whole + fraction) * numerator * scale;
  const below = 10n ** BigInt(fraction.length) * denominator;
  return Number((above + below - 1n) / below);
}

function factor(suffix: string): readonly [bigint, bigint] {
  const named = SUFFIX[suffix];
  if (named !== undefined) return named;
  const exponent = suffix === '' ? 0 : Number(suffix.slice(1));
  return exponent >= 0 ? [10n ** BigInt(Math.min(exponent, 30)), 1n] : [1n, 10n ** BigInt(Math.min(-exponent, 30))];
}

/** Thousandths of a core as a quantity: `1500` is `1500m`, `2000` is `2`. */
export function cpuText(thousandths: number): string {
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** Bytes as a quantity with the largest binary unit that fits exactly: `268435456` is `256Mi`. */
export function bytesText(bytes: number): string {
  for (const [unit, size] of [
    ['Gi', 2 ** 30],
    ['Mi', 2 ** 20],
    ['Ki', 2 ** 10],
  ] as const) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}
