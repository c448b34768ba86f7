// node infra/smoke.mjs ORIGIN [SECONDS]: is what was deployed alive, does it refuse what it must, is the contract's first page right?
const origin = process.argv[2];
// A cold start, or a restart that is under way, is no failure.
const until = Date.now() + 1000 * Number(process.argv[3] ?? 120);
const here = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(origin).hostname);
const get = (path, init) => fetch(origin + path, { ...init, signal: AbortSignal.timeout(30_000) });
const checks = {
  'is ready': async () => (await get('/v1/health/ready')).status === 200,
  'answers without the prefix': async () => (await get('/health/live')).status === 200,
  'publishes its keys': async () => (await (await get('/v1/.well-known/jwks.json')).json()).keys.length > 0,
  'has a market': async () => (await (await get('/v1/market/stocks/AAPL')).json()).symbol === 'AAPL',
  'shows no book to strangers': async () => (await get('/v1/portfolio')).status === 401,
  'refuses a token it did not issue': async () => (await get('/v1/portfolio', { headers: { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' } })).status === 401,
  // On one's own machine the local host has one, open to whoever sits there.
  'has no developer door': async () => (here ? [200, 404] : [404]).includes((await get('/v1/dev/outbox?to=x')).status),
  'sends problems as problems': async () => (await get('/v1/market/stocks/%20')).headers.get('content-type')?.startsWith('application/problem+json'),
};
let failed = 0;
for (const [what, check] of Object.entries(checks)) {
  let ok = false;
  while (!(ok = await check().catch(() => false)) && Date.now() < until) await new Promise(r => setTimeout(r, 3000));
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}`);
  failed += ok ? 0 : 1;
}
process.exit(failed ? 1 : 0);
