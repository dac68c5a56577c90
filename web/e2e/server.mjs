/** The server under test: the real program over an empty data folder, on a port of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * @typedef {object} Server
 * @property {string} url where it answers, without a slash at the end
 * @property {string} token the administrator's
 * @property {() => Promise<void>} stop ends it, and fails when it does not leave properly
 */

/**
 * Starts the program that PUNCHCARD_BIN names.
 * @returns {Promise<Server>}
 */
export async function startServer() {
  const program = process.env['PUNCHCARD_BIN'];
  if (!program) throw new Error('PUNCHCARD_BIN must name the program; `cargo xtask test --only e2e` sets it');
  const folder = await mkdtemp(join(tmpdir(), 'punchcard-e2e-'));
  const child = spawn(program, ['serve', '--data-dir', folder, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PUNCHCARD_LOG_LEVEL: 'warn' },
  });
  const ended = once(child, 'exit');
  const url = await firstAddress(child.stdout);
  const token = (await readFile(join(folder, 'admin-token'), 'utf8')).trim();
  return {
    url,
    token,
    async stop() {
      child.kill('SIGTERM');
      const [code, signal] = await ended;
      await rm(folder, { recursive: true });
      if (code !== 0) throw new Error(`the server ended with ${signal ?? code}`);
    },
  };
}

/**
 * Reads the printed lines up to the one that tells the address, and goes on reading so that the
 * program never waits for a reader.
 * @param {import('node:stream').Readable} output
 * @returns {Promise<string>}
 */
function firstAddress(output) {
  return new Promise((resolve, reject) => {
    /** @type {string[]} */
    const read = [];
    createInterface({ input: output })
      .on('line', (line) => {
        read.push(line);
        const address = /https?:\/\/[^\s/"]+/.exec(line)?.[0];
        if (address) resolve(address);
      })
      .on('close', () => reject(new Error(`the server printed no address:\n${read.join('\n')}`)));
  });
}
