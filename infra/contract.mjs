// node infra/contract.mjs ORIGIN: the integration test of a deployment. Every operation of docs/openapi/v1.json is asked for without a token, with and
// without the prefix: it must be reached through every door before it and refuse or answer as the contract says. Nobody is signed in, nothing booked.
import { readFileSync } from 'node:fs';

const origin = process.argv[2];
const contract = JSON.parse(readFileSync(new URL('../docs/openapi/v1.json', import.meta.url), 'utf8'));
const samples = { symbol: 'AAPL', symbols: 'AAPL', pair: 'EURUSD', provider: 'google' };
const fill = path => path.replace(/\{(\w+)\}/g, (_, name) => samples[name] ?? '00000000-0000-4000-8000-000000000000');

async function ask(method, path) {
  for (let i = 0; ; i++) {
    const body = ['post', 'put', 'patch'].includes(method) ? '{}' : undefined;
    const answer = await fetch(origin + path, { method: method.toUpperCase(), body, headers: body && { 'content-type': 'application/json' }, redirect: 'manual', signal: AbortSignal.timeout(30_000) });
    // The limit of strangers is meant to be met here.
    if (answer.status !== 429 || i === 5) return answer;
    await new Promise(r => setTimeout(r, 1000 * Math.min(60, Number(answer.headers.get('retry-after') ?? 10))));
  }
}

function complaint(operation, answer) {
  const { status } = answer;
  const problem = answer.headers.get('content-type')?.startsWith('application/problem+json');
  if (status >= 400 && !problem) return `${status} that is no problem document`;
  if (operation.security.length) return status === 401 ? null : `${status} without a token`;
  if (status === 401 && operation.tags?.[0] !== 'Auth' && !operation.responses[401]) return '401 where anybody may ask';
  return operation.responses[status] || status === 404 ? null : `${status}, which the contract does not name`;
}

let asked = 0, failed = 0;
for (const [path, operations] of Object.entries(contract.paths))
  for (const [method, operation] of Object.entries(operations))
    for (const door of [path, path.replace(/^\/v1/, '')]) {
      asked++;
      const what = await ask(method, fill(door)).then(answer => complaint(operation, answer), e => e.message);
      if (what) console.log(`FAIL ${method.toUpperCase()} ${door}: ${what}`);
      failed += what ? 1 : 0;
    }
console.log(`${asked} requests, ${failed} against the contract`);
process.exit(failed || !asked ? 1 : 0);
