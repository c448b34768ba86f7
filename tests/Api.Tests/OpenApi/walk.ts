import createClient from 'openapi-fetch';
import type { components, paths } from './schema.js';

type Problem = components['schemas']['Problem'];

/** What was answered, or an exception that says what was refused. */
function answered<T>({ data, error, response }: { data?: T; error?: Problem; response: Response }): T {
  if (error || data === undefined) throw new Error(`${response.status} ${response.url}: ${error?.code} ${error?.detail}`);
  return data;
}

/** The token of the newest mail that the local host would have sent. */
async function mailedToken(origin: string, email: string): Promise<string> {
  const outbox = await (await fetch(`${origin}/v1/dev/outbox?to=${encodeURIComponent(email)}`)).json();
  return outbox.items[0].token;
}

/** From a new account to an optimal portfolio, with every optional member left out somewhere. */
export async function walk(origin: string): Promise<string> {
  const api = createClient<paths>({ baseUrl: origin, querySerializer: { array: { style: 'form', explode: false } } });
  const email = `walker-${crypto.randomUUID()}@example.com`;
  const password = 'seven otters drift past Oslo';
  answered(await api.POST('/v1/auth/register', { body: { email, password } }));
  const verified = await api.POST('/v1/auth/verify-email', { body: { token: await mailedToken(origin, email) } });
  if (verified.error) throw new Error(verified.error.code);

  const signedIn = answered(await api.POST('/v1/auth/login', { body: { email, password } }));
  if ('mfaRequired' in signedIn) throw new Error(`a second factor is asked for: ${signedIn.methods.join()}`);
  api.use({ onRequest: ({ request }) => request.headers.set('Authorization', `Bearer ${signedIn.accessToken}`) });

  const booked = answered(
    await api.POST('/v1/portfolio/transactions', {
      params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
      body: { type: 'buy', symbol: 'AAPL', quantity: 10, price: '150.25', executedAt: '2024-01-02T15:00:00Z' },
    }),
  );
  const refused = await api.POST('/v1/portfolio/transactions', {
    body: { type: 'sell', symbol: 'AAPL', quantity: 11, price: 160, executedAt: '2024-01-03T15:00:00Z' },
  });
  if (refused.error?.code !== 'insufficient_quantity') throw new Error('more was sold than is held');

  const performance = answered(await api.GET('/v1/portfolio/performance', { params: { query: { range: 'max' } } }));
  const gain: number = performance.absoluteGain;
  const lots = answered(await api.GET('/v1/portfolio/lots'));
  const remaining: number | undefined = lots.items[0]?.remaining;

  const indicators = answered(
    await api.GET('/v1/market/stocks/{symbol}/indicators', { params: { path: { symbol: 'AAPL' }, query: { names: ['sma:20', 'rsi'] } } }),
  );
  const optimum = answered(
    await api.POST('/v1/ai/portfolio-optimize', { body: { symbols: ['AAPL', 'MSFT', 'JPM'], objective: 'minVolatility' } }),
  );
  const weights: number[] = Object.values(optimum.weights);

  // @ts-expect-error There is no such range, and the compiler has to say so.
  await api.GET('/v1/portfolio/performance', { params: { query: { range: '2y' } } });

  return `${booked.type} ${remaining} ${typeof gain} ${indicators.series.length} ${weights.reduce((a, b) => a + b, 0).toFixed(6)}`;
}
