// Nanoseconds per bar through eight indicators of trading-signals: the bars of a CSV (high,low,close), the median of the rounds.
import { readFileSync } from 'node:fs';
import { ADX, ATR, BollingerBands, EMA, MACD, RSI, SMA, StochasticOscillator } from 'trading-signals';

const [file, rounds] = [process.argv[2], Number(process.argv[3])];
const bars = readFileSync(file, 'utf8').trim().split('\n').map(line => {
  const [high, low, close] = line.split(',').map(Number);
  return { high, low, close };
});
const create = () => ({
  closes: [new RSI(14), new EMA(20), new SMA(20), new MACD(new EMA(12), new EMA(26), new EMA(9)), new BollingerBands(20, 2)],
  candles: [new ATR(14), new ADX(14), new StochasticOscillator({ kPeriod: 14, kSlowingPeriod: 3, dPeriod: 3 })],
});
const times = [];
for (let round = 0; round < rounds + 5; round++) {
  const { closes, candles } = create();
  const start = process.hrtime.bigint();
  for (const bar of bars) {
    for (const indicator of closes) indicator.add(bar.close);
    for (const indicator of candles) indicator.add(bar);
  }
  const elapsed = Number(process.hrtime.bigint() - start) / bars.length;
  if (round >= 5) times.push(elapsed);
}
console.log(times.sort((a, b) => a - b)[rounds >> 1]);
