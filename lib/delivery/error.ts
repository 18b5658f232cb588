const MARK = Symbol.for('stagegate.DeliveryError');

/** `refused`: a gate or a rule says no (exit 1). `wrong-use`: asked for what cannot be (exit 2). `outside`: git, host or target failed; safe to repeat (exit 3). */
export type DeliveryErrorKind = 'refused' | 'wrong-use' | 'outside';

/** What delivery throws: one sentence that says what is wrong, and one that says what to do. */
export class DeliveryError extends Error {
  /** Recognises the error across several loaded copies of the package, where `instanceof` fails. */
  static is(value: unknown): value is DeliveryError {
    return typeof value === 'object' && value !== null && MARK in value;
  }

  readonly kind: DeliveryErrorKind;
  readonly remedy: string;

  constructor(kind: DeliveryErrorKind, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeliveryError';
    this.kind = kind;
    this.remedy = remedy;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** @throws DeliveryError of kind `refused` */
export function refuseDelivery(message: string, remedy: string): never {
  throw new DeliveryError('refused', message, remedy);
}

/** @throws DeliveryError of kind `wrong-use` */
export function wrongUse(message: string, remedy: string): never {
  throw new DeliveryError('wrong-use', message, remedy);
}

/** @throws DeliveryError of kind `outside` */
export function outside(message: string, remedy: string, cause?: unknown): never {
  throw new DeliveryError('outside', message, remedy, { cause });
}
