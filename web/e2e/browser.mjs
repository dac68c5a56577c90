/** A headless Chromium that notes what must not happen on any page. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

/** Without these Chromium asks its maker's servers for updates at every start. */
const QUIET = [
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-gpu',
];

/** Opens the browser that CHROMIUM names. */
export function openBrowser() {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    // Its sandbox does not start for root, as which containers run tests.
    args: isRoot ? [...QUIET, '--no-sandbox'] : QUIET,
  });
}

/**
 * A page, and what went wrong on it: errors in its console (a breach of the policy is one), faults
 * of its scripts, and requests that left `origin`.
 * @param {import('playwright-core').Browser} browser
 * @param {string} origin
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openPage(browser, origin, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  const sockets = origin.replace(/^http/, 'ws');
  /** @param {string} url */
  const note = (url) => {
    const isOwn = [origin, sockets, `blob:${origin}`].some((own) => url === own || url.startsWith(`${own}/`));
    if (!isOwn && !url.startsWith('data:')) complaints.push(`asked elsewhere: ${url}`);
  };
  context.on('request', (request) => note(request.url()));
  page.on('websocket', (socket) => note(socket.url()));
  page.on('pageerror', (error) => complaints.push(`failed: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  return { page, complaints, close: () => context.close() };
}

/**
 * Fails on what axe finds on the page, but for what is within `excluded`.
 * @param {import('playwright-core').Page} page
 * @param {string[]} [excluded]
 */
export async function assertAccessible(page, excluded = []) {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const violations = await page.evaluate(async (exclude) => {
    const { axe } = /** @type {any} */ (globalThis);
    const results = await axe.run({ exclude }, { resultTypes: ['violations'] });
    return results.violations.map((/** @type {any} */ found) => ({
      rule: found.id,
      places: found.nodes.map((/** @type {any} */ node) => node.html),
    }));
  }, excluded);
  assert.deepEqual(violations, []);
}
