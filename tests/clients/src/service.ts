/** The service under test, and what the clients book. Each client has a user of its own. */
import assert from 'node:assert/strict';

/** What the environment says; `cargo xtask test --only e2e` sets it. */
function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} must be set: SERVICE=http://127.0.0.1:8080/odata TOKEN=...`);
  return value;
}

/** Where the service is, without a slash at the end. */
export const service = needed('SERVICE');

/** The header that lets the administrator in. */
export const authorization = `Bearer ${needed('TOKEN')}`;

/** A week that the demo company has not reached, and the weeks beside it. */
export const week = {
  before: '2031-02-24',
  first: '2031-03-03',
  middle: '2031-03-05',
  last: '2031-03-09',
  after: '2031-03-10',
};

/** The code by which every client tells a stale version. */
export const CONFLICT = 'WpConcurrencyException';

/** What would suffer on its way. */
export const COMMENT = 'Отчёт, 1+1 & "quotes" % \\';

/** Follows the links of a list, and fails unless every page but the last has `size` entries. */
export async function collectPages<T>(
  size: number,
  fetchPage: (link: string | undefined) => Promise<{ value: T[]; nextLink: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let link: string | undefined;
  let pages = 0;
  do {
    const page = await fetchPage(link);
    all.push(...page.value);
    link = page.nextLink;
    pages += 1;
    if (link) assert.equal(page.value.length, size);
    assert.ok(page.value.length > 0, 'a link leads to something');
  } while (link);
  assert.equal(pages, Math.ceil(all.length / size));
  assert.ok(pages > 2, 'there is something to page through');
  return all;
}
