/** A classic protection of branches, as GraphQL keeps it. */
export interface BranchProtectionRule {
  readonly id: string;
  readonly databaseId: number;
  readonly pattern: string;
  readonly [setting: string]: unknown;
}
