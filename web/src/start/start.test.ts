import { beforeEach, expect, test, vi } from 'vitest';
import { addCopyButtons, showOrigin, showStatus } from './start';

beforeEach(() => {
  document.body.innerHTML =
    '<p id="status" hidden></p><div class="code"><pre><code>curl <b data-origin>x</b>/graphql</code></pre></div>';
});

function statusPlace(): HTMLElement {
  return document.getElementById('status') as HTMLElement;
}

test('the examples name the address that the page came from', () => {
  showOrigin(document, 'https://time.example');
  expect(document.querySelector('code')?.textContent).toBe('curl https://time.example/graphql');
});

test('an example is copied as it stands, and the button says so', async () => {
  const copy = vi.fn(() => Promise.resolve());
  addCopyButtons(document, copy);
  const button = document.querySelector('button');
  button?.click();
  await vi.waitFor(() => expect(button?.textContent).toBe('Copied'));
  expect(copy).toHaveBeenCalledWith('curl x/graphql');
});

test('a refused copy is told', async () => {
  addCopyButtons(document, () => Promise.reject(new Error('denied')));
  const button = document.querySelector('button');
  button?.click();
  await vi.waitFor(() => expect(button?.textContent).toBe('Not allowed here'));
});

test.each([
  [() => Promise.resolve(new Response('ok')), 'Ready', 'true'],
  [() => Promise.resolve(new Response('loading', { status: 503 })), 'Not ready', 'false'],
  [() => Promise.reject(new TypeError('Failed to fetch')), 'Not ready', 'false'],
])('readiness is what the server says', async (ask, words, ready) => {
  await showStatus(statusPlace(), ask);
  expect(statusPlace().textContent).toBe(words);
  expect(statusPlace().dataset['ready']).toBe(ready);
  expect(statusPlace().hidden).toBe(false);
});
