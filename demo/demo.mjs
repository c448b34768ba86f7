// Walks a new user through the whole product, against a running host. Prints what it got; ends in an error if anything is not as it should be.
import { randomBytes } from 'node:crypto';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const base = process.env.AGENTINVEST_URL ?? `http://localhost:${process.env.AGENTINVEST_PORT ?? 7071}`;
let token;
let step = 0;

const say = (text) => console.log(`\n${++step}. ${text}`);
const show = (name, value) => console.log(`   ${name.padEnd(16)} ${value}`);
const money = (n) => n.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const percent = (n) => (n === null ? 'not defined' : `${(100 * n).toFixed(2)} %`);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function call(method, path, body, headers = {}) {
  for (;;) {
    const answer = await fetch(base + path, {
      method,
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.status === 429) { await sleep(1000 * Number(answer.headers.get('retry-after'))); continue; }
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}

async function until(what, seconds, ask) {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await sleep(200)) {
    const got = await ask();
    if (got) return got;
  }
  throw new Error(`${what} did not happen within ${seconds} s`);
}

const book = (entry, portfolio) => call('POST', '/portfolio/transactions' + (portfolio ? `?portfolioId=${portfolio}` : ''), entry, { 'idempotency-key': randomBytes(8).toString('hex') });

function sparkline(values, width = 48) {
  const bars = '▁▂▃▄▅▆▇█';
  const picked = Array.from({ length: Math.min(width, values.length) }, (_, i) => values[Math.floor((i * (values.length - 1)) / Math.max(1, Math.min(width, values.length) - 1))]);
  const [low, high] = [Math.min(...picked), Math.max(...picked)];
  return picked.map((v) => bars[high > low ? Math.round(((v - low) / (high - low)) * 7) : 3]).join('');
}

async function signUp() {
  const email = `demo-${randomBytes(4).toString('hex')}@example.com`;
  const password = randomBytes(12).toString('hex');
  say('Sign up, verify the address, sign in');
  await call('POST', '/auth/register', { email, password, displayName: 'Demo' });
  const mails = await call('GET', `/dev/outbox?to=${encodeURIComponent(email)}`);
  show('mail', mails.items[0].subject);
  await call('POST', '/auth/verify-email', { token: mails.items[0].token });
  const tokens = await call('POST', '/auth/login', { email, password, deviceName: 'demo' });
  token = tokens.accessToken;
  show('signed in as', `${tokens.user.email} (${tokens.user.tier}), access token for ${tokens.expiresIn} s`);
}

async function quotes() {
  say('Quotes');
  const batch = await call('GET', '/market/quotes?symbols=AAPL,MSFT,SPY,EURUSD');
  for (const q of batch.items) show(q.symbol, `${String(q.price).padStart(10)} ${q.currency}  ${(q.changePercent >= 0 ? '+' : '') + q.changePercent.toFixed(2)} %  ${q.source}${q.stale ? ', stale' : ''}`);
  return batch.items[0].source;
}

async function live() {
  say('Live quotes over SignalR, with the stock client');
  const connection = new HubConnectionBuilder().withUrl(`${base}/v1/market/realtime/MSFT,NVDA`, { accessTokenFactory: () => token }).configureLogging(LogLevel.Error).build();
  let messages = 0;
  const enough = new Promise((done) => connection.on('quotes', (ticks) => {
    for (const t of ticks) show(t.symbol, `${String(t.price).padStart(10)}  bid ${t.bid} ask ${t.ask}  #${t.seq}${t.prevSeq ? ` after #${t.prevSeq}` : ' (snapshot)'}`);
    if (++messages === 4) done();
  }));
  await connection.start();
  const result = await Promise.race([enough.then(() => true), sleep(15000)]);
  await connection.stop();
  if (!result) throw new Error('no four messages of quotes came within 15 s');
}

async function trade() {
  say('Book trades');
  const day = (back) => { const d = new Date(Date.now() - back * 86400000); while ([0, 6].includes(d.getUTCDay())) d.setUTCDate(d.getUTCDate() - 1); return d.toISOString().slice(0, 10); };
  for (const [symbol, quantity, back] of [['MSFT', 10, 120], ['JPM', 25, 90], ['NVDA', 12, 60]]) {
    const date = day(back);
    const { bars } = await call('GET', `/market/stocks/${symbol}/history?from=${day(back + 7)}&to=${date}&adjusted=false`);
    const t = await book({ type: 'buy', symbol, quantity, price: bars.at(-1).c, fee: 1, executedAt: `${date}T15:00:00Z` });
    show(`buy ${symbol}`, `${t.quantity} at ${t.price} on ${date}, lot ${t.lots.opened[0].id.slice(-6)} costs ${money(t.lots.opened[0].cost)}`);
  }
  const sale = await book({ type: 'sell', symbol: 'MSFT', quantity: 4, price: (await call('GET', '/market/stocks/MSFT')).price, fee: 1, executedAt: new Date().toISOString() });
  show('sell MSFT', `4 at ${sale.price}, realised ${money(sale.realizedPnl)}`);
}

async function holdings() {
  say('Holdings');
  const p = await call('GET', '/portfolio');
  for (const h of p.holdings) show(h.symbol, `${String(h.quantity).padStart(5)} × ${String(h.price).padStart(8)} = ${money(h.marketValue).padStart(10)}  ${money(h.unrealizedPnl).padStart(9)} unrealised  ${percent(h.weight).padStart(8)} of the whole`);
  show('total', `${money(p.totals.marketValue)} ${p.baseCurrency}, gain ${money(p.totals.absoluteGain)} (dividends ${money(p.totals.dividends)}, fees ${money(p.totals.fees)})`);
}

async function performance() {
  say('Performance');
  const r = await call('GET', '/portfolio/performance?range=max&benchmark=SPY');
  show('value', sparkline(r.series.map((s) => s.value)));
  show('time-weighted', `${percent(r.twr)}   SPY ${percent(r.benchmark.twr)}`);
  show('money-weighted', `${percent(r.xirr)} a year`);
  show('gain', `${money(r.absoluteGain)} on ${money(r.netInvested)} invested`);
}

async function analytics() {
  say('Analytics, by a durable orchestration');
  const { instanceId, statusUrl } = await call('POST', '/portfolio/analytics');
  const job = await until('the analytics job', 30, async () => { const j = await call('GET', statusUrl); return ['completed', 'failed'].includes(j.status) && j; });
  show('job', `${instanceId} ${job.status}`);
  if (job.status !== 'completed') throw new Error(job.error);
  const a = await call('GET', '/portfolio/analytics');
  show('volatility', percent(a.risk.volatility));
  show('drawdown', percent(a.risk.maxDrawdown));
  show('beta to SPY', a.risk.beta?.toFixed(2) ?? 'not defined: the recorded SPY stands still');
  show('concentration', `${a.concentration.hhi.toFixed(3)} (1 is all in one)`);
}

async function recorded() {
  say('Recorded history: 100 AAPL and 50 SPY from 2005-01-03, nothing reinvested, until 2021-03-31');
  const { id } = await call('POST', '/portfolios', { name: 'Since 2005' });
  await book({ type: 'buy', symbol: 'AAPL', quantity: 100, price: 63.32, executedAt: '2005-01-03T15:00:00Z' }, id);
  await book({ type: 'buy', symbol: 'SPY', quantity: 50, price: 120.06, executedAt: '2005-01-03T15:00:00Z' }, id);
  const splits = await call('GET', `/portfolio/transactions?portfolioId=${id}&symbol=AAPL&type=split`);
  show('splits', splits.items.reverse().map((s) => `${s.ratio}:1 on ${s.executedAt.slice(0, 10)}`).join(', '));
  const p = await call('GET', `/portfolio?portfolioId=${id}&asOf=2021-03-31`);
  for (const h of p.holdings) show(h.symbol, `${h.quantity} × ${h.price} = ${money(h.marketValue)}`);
  show('dividends', money(p.totals.dividends));
  show('value', `${money(p.totals.marketValue)} (cost ${money(p.totals.cost)})`);
  const r = await call('GET', `/portfolio/performance?portfolioId=${id}&from=2005-01-02&to=2021-03-31&benchmark=SPY`);
  show('over the years', sparkline(r.series.map((s) => s.value)));
  show('TWR', `${percent(r.twr)}, ${percent(r.annualized.twr)} a year   SPY ${percent(r.benchmark.twr)}`);
  show('XIRR', `${percent(r.xirr)} a year`);
}

try {
  console.log(`AgentInvest at ${base}`);
  await signUp();
  const source = await quotes();
  if (source === 'replay') {
    console.log('\n   This host replays recorded history; live quotes are of the symbols it does not have.');
  }
  await live();
  await trade();
  await holdings();
  await performance();
  await analytics();
  if (source === 'replay') await recorded();
  else console.log('\n   For the second part, start the host with Market__Replay__Path set to a folder of recorded history that has AAPL and SPY.');
  console.log('\nAll as it should be.');
} catch (e) {
  console.error(`\ndemo: ${e.cause?.code === 'ECONNREFUSED' ? `nothing answers on ${base}; start it with ./dev up` : e.message}`);
  process.exitCode = 1;
}
