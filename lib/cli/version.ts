/** Version of this package, as its manifest says. */
export function packageVersion(): string {
  // The manifest lies outside the compiled folder, where an import cannot follow it.
  return (require('../../package.json') as { readonly version: string }).version;
}
