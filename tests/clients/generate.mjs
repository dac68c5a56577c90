// Fetches $metadata from a server and lets the two generators make their clients of it, into
// generated/.
//
//   SERVICE=http://127.0.0.1:8080/odata TOKEN=... node generate.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

const { SERVICE: service, TOKEN: token } = process.env;
if (!service || !token) {
  console.error('SERVICE and TOKEN are needed, such as SERVICE=http://127.0.0.1:8080/odata TOKEN=...');
  process.exit(2);
}
process.chdir(import.meta.dirname);
rmSync('generated', { recursive: true, force: true });
rmSync('build', { recursive: true, force: true });
mkdirSync('generated/metadata', { recursive: true });

/** Keeps the description that a client gets who understands at most this version of OData. */
async function fetchMetadata(version) {
  const answer = await fetch(`${service}/$metadata`, {
    headers: { Authorization: `Bearer ${token}`, 'OData-MaxVersion': version },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`$metadata: ${answer.status} ${text}`);
  const file = `generated/metadata/punchcard-${version}.xml`;
  writeFileSync(file, text);
  return file;
}

function generate(program, ...options) {
  execFileSync(process.execPath, [`node_modules/${program}`, ...options], { stdio: 'inherit' });
}

generate(
  '@odata2ts/odata2ts/lib/run-cli.js',
  ...['--source', await fetchMetadata('4.01'), '--output', 'generated/odata2ts'],
  ...['--service-name', 'Punchcard', '--mode', 'all', '--emit-mode', 'ts', '--allow-renaming'],
);
// This generator takes every version but exactly "4.0" for OData 2.
generate(
  '@sap-cloud-sdk/generator/dist/cli.js',
  ...['--input', await fetchMetadata('4.0'), '--outputDir', 'generated/sap'],
  ...['--optionsPerService', 'sap-services.json'],
);
