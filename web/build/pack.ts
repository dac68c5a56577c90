/**
 * Leaves each built file only in its two packed forms, .br and .gz: the server embeds these, and unpacks
 * the second for the rare client that takes neither.
 */
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

/** How much the packed files take, in bytes. */
export interface PackedSize {
  files: number;
  bytes: number;
}

/** Packs every file under `folder`, removes the originals, and answers what the packed files take. */
export async function packFolder(folder: string): Promise<PackedSize> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(packFile));
  return { files: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

async function packFile(path: string): Promise<number> {
  const plain = await readFile(path);
  const [br, gz] = await Promise.all([
    toBrotli(plain, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      },
    }),
    toGzip(plain, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  await writeFile(`${path}.br`, br);
  await writeFile(`${path}.gz`, gz);
  await rm(path);
  return br.length + gz.length;
}

/** The step of the build that packs; it fails when the packed files outgrow the budget. */
export function packAssets({ budgetBytes }: { budgetBytes: number }): Plugin {
  let folder = '';
  return {
    name: 'punchcard-pack-assets',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle(error?: Error) {
      if (error) return;
      const { files, bytes } = await packFolder(folder);
      const sizes = `${files} files, ${bytes} bytes packed (budget ${budgetBytes})`;
      if (bytes > budgetBytes) throw new Error(`the pages are too large to embed: ${sizes}`);
      this.info(sizes);
    },
  };
}
