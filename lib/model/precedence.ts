/** One layer: what it does not say is absent or undefined. */
export type Layer<T> = { readonly [K in keyof T]?: T[K] };

/**
 * Joins layers, the last one strongest: scalars replace, records merge by key, lists replace. Undefined says nothing.
 * Discriminated values (with a `kind`) replace as a whole.
 */
export function joinLayers<T extends object>(layers: readonly (Layer<T> | undefined)[]): Layer<T> {
  const joined: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer ?? {})) {
      if (value === undefined) continue;
      const below = joined[key];
      joined[key] = isRecord(below) && isRecord(value) ? joinLayers([below, value]) : value;
    }
  }
  return joined as Layer<T>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('kind' in value);
}
