// Walks a new user through the whole product, against a running host. Prints what it got; ends in an error if anything is not as it
// should be. In colour on a terminal, unless NO_COLOR is set; elsewhere only with FORCE_COLOR.
import { randomBytes } from 'node:crypto';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const base = process.env.AGENTINVEST_URL ?? `http://localhost:${process.env.AGENTINVEST_PORT ?? 7071}`;
const coloured = process.env.FORCE_COLOR ? true : process.stdout.isTTY && !process.env.NO_COLOR;
let token;
let step = 0;

const paint = (code) => (text) => (coloured ? `\x1b[${code}m${text}\x1b[0m` : text);
const [bold, dim, red, green, blue, cyan] = ['1', '2', '31', '32', '34', '36'].map(paint);
const signed = (value, text) => (value > 0 ? green(text) : value < 0 ? red(text) : text);

const heading = (text) => console.log(`\n${bold(cyan(`${++step}. ${text}`))}`);
const show = (name, value) => console.log(`   ${dim(name.padEnd(16))} ${value}`);
const money = (n) => n.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const percent = (n) => (n === null ? 'not defined' : `${(100 * n).toFixed(2)} %`);
const gain = (n, width = 0) => signed(n, money(n).padStart(width));
const change = (n, width = 0) => signed(n, percent(n).padStart(width));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function call(method, path, body, headers = {}) {
  for (;;) {
    const answer = await fetch(base + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.status === 429) {
      await sleep(1000 * Number(answer.headers.get('retry-after')));
      continue;
    }
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

/** Waits for a durable job and answers its output. */
async function finished(what, { instanceId, statusUrl }) {
  const job = await until(what, 30, async () => {
    const now = await call('GET', statusUrl);
    return ['completed', 'failed'].includes(now.status) && now;
  });
  show('job', `${instanceId} ${job.status}`);
  if (job.status !== 'completed') throw new Error(job.error);
  return job.output;
}

const book = (entry, portfolio) =>
  call('POST', '/portfolio/transactions' + (portfolio ? `?portfolioId=${portfolio}` : ''), entry, {
    'idempotency-key': randomBytes(8).toString('hex'),
  });

/** The last trading day at least so many days ago, holidays aside. */
function day(back) {
  const d = new Date(Date.now() - back * 86400000);
  while ([0, 6].includes(d.getUTCDay())) d.setUTCDate(d.getUTCDate() - 1);
  return d.toISOString().slice(0, 10);
}

function sparkline(values, width = 48) {
  const bars = '▁▂▃▄▅▆▇█';
  const count = Math.min(width, values.length);
  const picked = Array.from({ length: count }, (_, i) => values[Math.floor((i * (values.length - 1)) / Math.max(1, count - 1))]);
  const [low, high] = [Math.min(...picked), Math.max(...picked)];
  return blue(picked.map((v) => bars[high > low ? Math.round(((v - low) / (high - low)) * 7) : 3]).join(''));
}

async function signUp() {
  const email = `demo-${randomBytes(4).toString('hex')}@example.com`;
  const password = randomBytes(12).toString('hex');
  heading('Sign up, verify the address, sign in');
  await call('POST', '/auth/register', { email, password, displayName: 'Demo' });
  const mails = await call('GET', `/dev/outbox?to=${encodeURIComponent(email)}`);
  show('mail', mails.items[0].subject);
  await call('POST', '/auth/verify-email', { token: mails.items[0].token });
  const tokens = await call('POST', '/auth/login', { email, password, deviceName: 'demo' });
  token = tokens.accessToken;
  show('signed in as', `${tokens.user.email} (${tokens.user.tier}), access token for ${tokens.expiresIn} s`);
}

async function quotes() {
  heading('Quotes');
  const batch = await call('GET', '/market/quotes?symbols=AAPL,MSFT,SPY,EURUSD');
  for (const q of batch.items) {
    const moved = `${(q.changePercent >= 0 ? '+' : '') + q.changePercent.toFixed(2)} %`.padStart(8);
    const source = q.source + (q.stale ? ', stale' : '');
    show(q.symbol, `${String(q.price).padStart(10)} ${q.currency}  ${signed(q.changePercent, moved)}  ${source}`);
  }
  return batch.items[0].source;
}

async function live() {
  heading('Live quotes over SignalR, with the stock client');
  const connection = new HubConnectionBuilder()
    .withUrl(`${base}/v1/market/realtime/MSFT,NVDA`, { accessTokenFactory: () => token })
    .configureLogging(LogLevel.Error)
    .build();
  let messages = 0;
  const enough = new Promise((done) =>
    connection.on('quotes', (ticks) => {
      for (const t of ticks) {
        const before = t.prevSeq ? ` after #${t.prevSeq}` : ' (snapshot)';
        show(t.symbol, `${String(t.price).padStart(10)}  bid ${t.bid} ask ${t.ask}  ${dim(`#${t.seq}${before}`)}`);
      }
      if (++messages === 4) done();
    }));
  await connection.start();
  const result = await Promise.race([enough.then(() => true), sleep(15000)]);
  await connection.stop();
  if (!result) throw new Error('no four messages of quotes came within 15 s');
}

async function indicators() {
  heading('Indicators and chart patterns');
  const from = day(180);
  const { bars } = await call('GET', `/market/stocks/MSFT/history?from=${from}`);
  show('MSFT', `${sparkline(bars.map((b) => b.c))}  ${bars.length} days`);
  const { series } = await call('GET', `/market/stocks/MSFT/indicators?names=sma:50,rsi:14,macd:12:26:9,bb:20&from=${from}`);
  for (const { name, params, outputs } of series) {
    const last = Object.entries(outputs).map(([output, points]) => `${output} ${points.at(-1).value?.toFixed(2) ?? 'too early'}`);
    show(`${name} ${Object.values(params).join(' ')}`, last.join('  '));
  }
  if (series.length !== 4) throw new Error(`4 indicators were asked for and ${series.length} came`);
  const patterns = await call('GET', `/market/stocks/MSFT/patterns?from=${from}`);
  for (const p of patterns.items.slice(-3)) show(p.t, `${p.name}  ${signed(p.strength, String(p.strength))}`);
  show('as a picture', `${base}/market/stocks/MSFT/chart.svg?names=sma:50,rsi:14`);
}

async function trade() {
  heading('Book trades');
  for (const [symbol, quantity, back] of [['MSFT', 10, 120], ['JPM', 25, 90], ['NVDA', 12, 60]]) {
    const date = day(back);
    const { bars } = await call('GET', `/market/stocks/${symbol}/history?from=${day(back + 7)}&to=${date}&adjusted=false`);
    const t = await book({ type: 'buy', symbol, quantity, price: bars.at(-1).c, fee: 1, executedAt: `${date}T15:00:00Z` });
    const lot = t.lots.opened[0];
    show(`buy ${symbol}`, `${t.quantity} at ${t.price} on ${date}, lot ${lot.id.slice(-6)} costs ${money(lot.cost)}`);
  }
  const { price } = await call('GET', '/market/stocks/MSFT');
  const sale = await book({ type: 'sell', symbol: 'MSFT', quantity: 4, price, fee: 1, executedAt: new Date().toISOString() });
  show('sell MSFT', `4 at ${sale.price}, realised ${gain(sale.realizedPnl)}`);
}

async function holdings() {
  heading('Holdings');
  const p = await call('GET', '/portfolio');
  for (const h of p.holdings) {
    const value = `${String(h.quantity).padStart(5)} × ${String(h.price).padStart(8)} = ${money(h.marketValue).padStart(10)}`;
    show(h.symbol, `${value}  ${gain(h.unrealizedPnl, 9)} unrealised  ${percent(h.weight).padStart(8)} of the whole`);
  }
  const { marketValue, absoluteGain, dividends, fees } = p.totals;
  show('total', `${money(marketValue)} ${p.baseCurrency}, gain ${gain(absoluteGain)} (dividends ${money(dividends)}, fees ${money(fees)})`);
}

async function tax() {
  heading('Tax: lots, and what was realised');
  const lots = await call('GET', '/portfolio/lots');
  for (const l of lots.items)
    show(l.symbol, `lot ${l.id.slice(-6)} of ${l.openedAt.slice(0, 10)}: ${l.remaining} of ${l.quantity} left, ${money(l.unitCost)} each`);
  for (const regime of ['us', 'uk']) {
    const r = await call('GET', `/portfolio/realized?regime=${regime}&from=${day(30)}&to=${new Date().toISOString().slice(0, 10)}`);
    for (const i of r.items) {
      const sum = `${money(i.proceeds)} − ${money(i.cost)} = ${gain(i.gain)}`;
      show(`${regime.toUpperCase()} law`, `${i.quantity} ${i.symbol}: ${sum}  ${i.term ?? i.rule}`);
    }
    if (r.items.length === 0) throw new Error(`the sale is not among what was realised (${regime})`);
  }
}

async function performance() {
  heading('Performance');
  const r = await call('GET', '/portfolio/performance?range=max&benchmark=SPY');
  show('value', sparkline(r.series.map((s) => s.value)));
  show('time-weighted', `${change(r.twr)}   SPY ${change(r.benchmark.twr)}`);
  show('money-weighted', `${change(r.xirr)} a year`);
  show('gain', `${gain(r.absoluteGain)} on ${money(r.netInvested)} invested`);
}

async function analytics() {
  heading('Analytics, by a durable orchestration');
  await finished('the analytics job', await call('POST', '/portfolio/analytics'));
  const a = await call('GET', '/portfolio/analytics');
  show('volatility', percent(a.risk.volatility));
  show('drawdown', change(a.risk.maxDrawdown));
  show('beta to SPY', a.risk.beta?.toFixed(2) ?? 'not defined: the recorded SPY stands still');
  show('concentration', `${a.concentration.hhi.toFixed(3)} (1 is all in one)`);
}

async function optimise() {
  heading('The optimiser, with its record out of sample beside equal weights');
  const symbols = ['MSFT', 'JPM', 'NVDA'];
  const o = await call('POST', '/ai/portfolio-optimize', { symbols, objective: 'riskParity', frontierPoints: 20 });
  for (const [symbol, weight] of Object.entries(o.weights))
    show(symbol, `${percent(weight).padStart(8)}  ${blue('█'.repeat(Math.round(40 * weight)))}`);
  show('expected', `return ${change(o.expectedReturn)}, volatility ${percent(o.volatility)} a year`);
  show('frontier', `${sparkline(o.frontier.map((f) => f.expectedReturn))}  return by rising volatility`);
  for (const [name, record] of [['out of sample', o.outOfSample], ['equal weights', o.outOfSample.baseline]])
    show(name, `return ${change(record.return)}, volatility ${percent(record.volatility)}, drawdown ${change(record.maxDrawdown)}`);
  const total = Object.values(o.weights).reduce((a, b) => a + b, 0);
  if (Math.abs(total - 1) > 1e-6) throw new Error(`the weights sum to ${total}`);
  return o.weights;
}

async function rebalance(weights) {
  heading('Rebalancing to these weights, by a durable orchestration');
  const items = Object.entries(weights).map(([symbol, weight]) => ({ symbol, weight: Math.floor(10000 * weight) / 10000 }));
  await call('PUT', '/portfolio/targets', { items });
  const plan = await finished('the rebalancing job', await call('POST', '/portfolio/rebalance', { mode: 'plan', taxAware: true }));
  for (const t of plan.trades) {
    show(`${t.side} ${t.symbol}`, `${String(t.quantity).padStart(8)} at ${String(t.price).padStart(8)} ${t.currency}`);
    show('', dim(t.reason));
  }
  const { before, after } = plan.expectedDrift;
  show('off target', `${percent(before)} before, ${percent(after)} after; estimated tax ${money(plan.tax)}`);
  if (after > before + 1e-6) throw new Error('the plan leads away from its targets');
}

async function recorded() {
  heading('Recorded history: 100 AAPL and 50 SPY from 2005-01-03, nothing reinvested, until 2021-03-31');
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
  show('TWR', `${change(r.twr)}, ${change(r.annualized.twr)} a year   SPY ${change(r.benchmark.twr)}`);
  show('XIRR', `${change(r.xirr)} a year`);
}

try {
  console.log(`AgentInvest at ${base}`);
  await signUp();
  const source = await quotes();
  if (source === 'replay') console.log('\n   This host replays recorded history; live quotes are of the symbols it does not have.');
  await live();
  await indicators();
  await trade();
  await holdings();
  await tax();
  await performance();
  await analytics();
  await rebalance(await optimise());
  if (source === 'replay') await recorded();
  else console.log('\n   The last part needs a host with Market__Replay__Path set to a folder of recorded history that has AAPL and SPY.');
  console.log(`\n${bold(green('All as it should be.'))}`);
} catch (e) {
  const reason = e.cause?.code === 'ECONNREFUSED' ? `nothing answers on ${base}; start it with ./dev up` : e.message;
  console.error(`\n${(process.stderr.isTTY && !process.env.NO_COLOR) || process.env.FORCE_COLOR ? red('demo:') : 'demo:'} ${reason}`);
  process.exitCode = 1;
}
