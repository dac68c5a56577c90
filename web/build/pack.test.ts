import { mkdir, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { packFolder } from './pack.ts';

test('every file is left in both packed forms, which unpack to the original', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pack-'));
  await mkdir(join(folder, 'assets'));
  const page = '<!doctype html>'.repeat(50);
  await writeFile(join(folder, 'index.html'), page);
  await writeFile(join(folder, 'assets', 'empty.css'), '');

  const size = await packFolder(folder);

  expect((await readdir(folder)).sort()).toEqual(['assets', 'index.html.br', 'index.html.gz']);
  expect((await readdir(join(folder, 'assets'))).sort()).toEqual(['empty.css.br', 'empty.css.gz']);
  const br = await readFile(join(folder, 'index.html.br'));
  const gz = await readFile(join(folder, 'index.html.gz'));
  expect(brotliDecompressSync(br).toString()).toBe(page);
  expect(gunzipSync(gz).toString()).toBe(page);
  expect(size.files).toBe(2);
  expect(size.bytes).toBeGreaterThanOrEqual(br.length + gz.length);
  expect(size.bytes).toBeLessThan(page.length);
});
