import type { ApiRequest } from './route';

/** A page of a list as GitHub serves it: `page` from 1, `per_page` up to 100, and a `Link` header that leads to the others. */
export function page<T>(
  request: ApiRequest,
  all: readonly T[],
): { readonly items: readonly T[]; readonly headers: Readonly<Record<string, string>> } {
  const size = Math.min(Math.max(Number(request.query.per_page ?? 30), 1), 100);
  const current = Math.max(Number(request.query.page ?? 1), 1);
  const last = Math.max(Math.ceil(all.length / size), 1);
  const link = (number: number, relation: string): string => {
    const url = new URL(request.target.replace(/^\//, ''), `${request.world.url}api/v3/`);
    url.searchParams.set('page', String(number));
    return `<${url.href}>; rel="${relation}"`;
  };
  const links = [
    ...(current > 1 ? [link(1, 'first'), link(current - 1, 'prev')] : []),
    ...(current < last ? [link(current + 1, 'next'), link(last, 'last')] : []),
  ];
  return { items: all.slice((current - 1) * size, current * size), headers: links.length === 0 ? {} : { link: links.join(', ') } };
}
