/** What the start page adds where scripts run: the real address, buttons that copy, and whether the server is ready. */

/** Puts the address that the page came from into the examples. */
export function showOrigin(page: ParentNode, origin: string): void {
  for (const place of page.querySelectorAll('[data-origin]')) place.textContent = origin;
}

/** Gives each example a button that copies it. */
export function addCopyButtons(page: ParentNode, copy: (text: string) => Promise<void>): void {
  for (const example of page.querySelectorAll('.code')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', () => {
      copy(example.querySelector('code')?.textContent ?? '').then(
        () => (button.textContent = 'Copied'),
        () => (button.textContent = 'Not allowed here'),
      );
    });
    example.append(button);
  }
}

/** Says whether the server takes requests. */
export async function showStatus(place: HTMLElement, ask: typeof fetch): Promise<void> {
  const ready = await ask('/health/ready').then(
    (answer) => answer.ok,
    () => false,
  );
  place.textContent = ready ? 'Ready' : 'Not ready';
  place.dataset['ready'] = String(ready);
  place.hidden = false;
}

showOrigin(document, location.origin);
// Browsers offer the clipboard only to pages that came over TLS or from this machine.
const clipboard = globalThis.navigator.clipboard as Clipboard | undefined;
if (clipboard) addCopyButtons(document, (text) => clipboard.writeText(text));
const status = document.getElementById('status');
if (status) void showStatus(status, (...request) => fetch(...request));
