/** Whether a full ref name fits a pattern in which `*` stands for anything but `/`, and `**` for anything. */
export function refMatches(ref: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*\*|\*/g, (star) => (star === '**' ? '.*' : '[^/]*'));
  return new RegExp(`^${source}$`).test(ref);
}
