import type { Delivery } from '../../lib/delivery';

const STORE = ['moveRef', 'deleteRef'];
const HOST = ['openPullRequest', 'updatePullRequest', 'closePullRequest', 'merge', 'setStatus', 'review', 'comment'];

/** The delivery with every call numbered that changes what others see; `at` is told before and after each one. */
export function killing(delivery: Delivery, at: (call: number, moment: 'before' | 'after', name: string) => void): Delivery {
  let call = 0;
  const counted = <T extends object>(target: T, names: readonly string[]): T =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name, object);
        if (typeof value !== 'function') return value;
        if (!names.includes(String(name))) return value.bind(object);
        return async (...args: readonly unknown[]) => {
          call += 1;
          const number = call;
          at(number, 'before', String(name));
          const result: unknown = await value.apply(object, args);
          at(number, 'after', String(name));
          return result;
        };
      },
    });
  return { ...delivery, store: counted(delivery.store, STORE), host: counted(delivery.host, HOST) };
}
