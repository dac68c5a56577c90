/** The playground in a real browser, from the real program. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, describe, it } from 'node:test';
import { assertAccessible, openBrowser, openPage } from './browser.mjs';
import { startServer } from './server.mjs';

/** @typedef {import('playwright-core').Page} Page */

describe('the playground', () => {
  /** @type {import('./server.mjs').Server} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let opened;
  /** @type {Page} */
  let page;

  before(async () => {
    server = await startServer();
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  beforeEach(async () => {
    opened = await openPage(browser, server.url);
    page = opened.page;
  });

  afterEach(async () => {
    const { complaints } = opened;
    await opened.close();
    assert.deepEqual(complaints, []);
  });

  it('says what to do without a token', async () => {
    await page.goto(`${server.url}/graphiql`);
    await response(page, /No token yet/);
    await assertAccessible(page, ['.graphiql-container']);
  });

  it('answers a query, loads the schema, and forgets the token with the tab', async () => {
    await open(page, server, '{ me { id name } }');
    await run(page);
    await response(page, /"me": \{ "id": "[0-9a-f-]{36}"/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download schema' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), 'schema.graphql');

    assert.deepEqual(await page.evaluate((token) => JSON.stringify(localStorage).includes(token), server.token), false);
    await page.reload();
    await page.getByText('in use').waitFor();
    await page.getByRole('button', { name: 'Forget' }).click();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  });

  it('checks what is typed against the schema, in its own workers', async () => {
    await open(page, server, '{ nonsense }');
    // The mark comes from a worker: so there is one by then.
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
    assert.ok(page.workers().length > 0);
  });

  it('takes the token from the header editor too', async () => {
    await page.goto(linkTo(server, '{ me { name } }'));
    await page.getByRole('button', { name: 'Headers' }).click();
    await page.locator('.graphiql-editor-tool .monaco-editor').last().click();
    await page.keyboard.insertText(JSON.stringify({ Authorization: `Bearer ${server.token}` }));
    await run(page);
    await response(page, /"me"/);
  });

  it('sees by a subscription what a mutation in another tab changes', async () => {
    await open(page, server, SUBSCRIPTION);
    const socket = page.waitForEvent('websocket');
    await run(page);
    const subscribed = (await socket).waitForEvent('framesent', (frame) => String(frame.payload).includes('"subscribe"'));
    await subscribed;

    const other = await openPage(browser, server.url);
    await open(other.page, server, MUTATION);
    await run(other.page);
    await response(other.page, /"openTimesheet"/);
    await response(page, /"timesheetChanged"/);
    await page.getByRole('button', { name: 'Stop' }).click();
    assert.deepEqual(other.complaints, []);
    await other.close();
  });

  it('is refused a subscription with a wrong token, and says so', async () => {
    await open(page, { ...server, token: 'pct_wrong' }, SUBSCRIPTION, false);
    await run(page);
    await response(page, /closed the socket: 4403/);
    // The browser itself notes each refused request in the console.
    const others = opened.complaints.filter((complaint) => !complaint.includes('401'));
    opened.complaints.splice(0, Infinity, ...others);
  });
});

const SUBSCRIPTION = 'subscription { timesheetChanged { kind timesheet { id } } }';
const MUTATION = 'mutation { openTimesheet(date: "2026-11-02") { timesheet { id } } }';

/**
 * @param {import('./server.mjs').Server} server
 * @param {string} query
 */
function linkTo(server, query) {
  return `${server.url}/graphiql?${new URLSearchParams({ query })}`;
}

/**
 * Opens the playground with this query and gives it the token.
 * @param {Page} page
 * @param {import('./server.mjs').Server} server
 * @param {string} query
 */
async function open(page, server, query, isKnown = true) {
  await page.goto(linkTo(server, query));
  await page.getByLabel('Token').fill(server.token);
  await page.getByRole('button', { name: 'Use' }).click();
  if (isKnown) await page.locator('button:enabled', { hasText: 'Download schema' }).waitFor();
  await page.locator('.graphiql-query-editor .view-lines').waitFor();
}

/** @param {Page} page */
async function run(page) {
  await page.getByRole('button', { name: /^Execute/ }).click();
}

/**
 * Waits until the answer that is shown looks like this, with single blanks.
 * @param {Page} page
 * @param {RegExp} expected
 */
async function response(page, expected) {
  const shown = page.locator('.result-window .view-lines');
  await shown.waitFor();
  await page.waitForFunction(
    ([source]) => {
      const text = /** @type {HTMLElement | null} */ (document.querySelector('.result-window .view-lines'))?.innerText;
      return new RegExp(source ?? '').test((text ?? '').replace(/[\s\u00a0]+/g, ' '));
    },
    [expected.source],
    { timeout: 10_000 },
  ).catch(async () => assert.match((await shown.innerText()).replace(/[\s\u00a0]+/g, ' '), expected));
}
