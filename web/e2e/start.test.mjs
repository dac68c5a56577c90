/** The start page in a real browser, from the real program. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertAccessible, openBrowser, openPage } from './browser.mjs';
import { startServer } from './server.mjs';

describe('the start page', () => {
  /** @type {import('./server.mjs').Server} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;

  before(async () => {
    server = await startServer();
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    for (const width of [1280, 320]) {
      it(`is accessible, quiet and not too wide at ${width} px, ${colorScheme}`, async () => {
        const viewport = { width, height: 800 };
        const { page, complaints, close } = await openPage(browser, server.url, { colorScheme, viewport });
        await page.goto(server.url);
        await page.getByRole('status').getByText('Ready').waitFor();
        assert.match(await page.locator('pre').innerText(), new RegExp(`curl ${server.url}/graphql`));
        await assertAccessible(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.equal(overflow, 0);
        assert.deepEqual(complaints, []);
        await close();
      });
    }
  }

  it('tells everything without scripts', async () => {
    const { page, complaints, close } = await openPage(browser, server.url, { javaScriptEnabled: false });
    await page.goto(server.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.match(await page.locator('pre').innerText(), /curl http:\/\/127\.0\.0\.1:8080\/graphql/);
    assert.deepEqual(complaints, []);
    await close();
  });

  it('has links that all answer', async () => {
    const { page, close } = await openPage(browser, server.url);
    await page.goto(server.url);
    const links = await page.locator('a').evaluateAll((all) => all.map((a) => /** @type {HTMLAnchorElement} */ (a).href));
    assert.ok(links.length > 3);
    for (const link of new Set(links)) {
      assert.equal((await fetch(link)).status, 200, link);
    }
    await close();
  });

  it('is never the answer to a path that does not exist', async () => {
    for (const path of ['/assets/none.js', '/none', '/health/none', '/odatas/none', '/synchronous/none']) {
      const answer = await fetch(server.url + path, { headers: { Accept: 'text/html' } });
      assert.equal(answer.status, 404, path);
      assert.doesNotMatch(await answer.text(), /<html/i, path);
    }
  });

  it('does not stand in for what needs a token', async () => {
    for (const path of ['/odata', '/odata/none', '/graphql', '/metrics']) {
      const answer = await fetch(server.url + path, { headers: { Accept: 'text/html' } });
      assert.equal(answer.status, 401, path);
      assert.doesNotMatch(await answer.text(), /<html/i, path);
    }
  });
});
