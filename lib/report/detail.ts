/** How much of each object a comment shows. */
export interface Detail {
  /** Unchanged lines around a changed one, within values of several lines. */
  readonly context: number;
  /** Characters of a line. */
  readonly width: number;
  /** Lines of an object. */
  readonly lines: number;
  /** Whether created and deleted objects are shown whole. */
  readonly whole: boolean;
}

/** From all that a reader may want to the least that says what changes. */
export const DETAILS = [
  { context: 4, width: 300, lines: 150, whole: true },
  { context: 3, width: 200, lines: 60, whole: false },
  { context: 1, width: 120, lines: 20, whole: false },
  { context: 0, width: 80, lines: 6, whole: false },
] as const satisfies readonly Detail[];
