// Runs all server audits of the npm package graphql-http: MUST, SHOULD and MAY.
//
//   URL=http://127.0.0.1:8080/graphql TOKEN=... node graphql-http-audit.mjs
import { serverAudits } from 'graphql-http';

const { URL: url, TOKEN: token } = process.env;
if (!url || !token) {
  console.error('URL and TOKEN are needed, such as URL=http://127.0.0.1:8080/graphql TOKEN=...');
  process.exit(2);
}

const fetchFn = (target, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return fetch(target, { ...init, headers });
};

const audits = serverAudits({ url, fetchFn });
const failed = [];
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status !== 'ok') {
    failed.push(`${audit.id} ${audit.name}: ${result.reason}`);
  }
}
for (const line of failed) {
  console.error(line);
}
console.log(`graphql-http: ${audits.length - failed.length} of ${audits.length} audits pass`);
process.exit(failed.length === 0 && audits.length >= 61 ? 0 : 1);
