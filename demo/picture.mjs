// Turns what a program printed in colour into an SVG: FORCE_COLOR=1 ./dev demo | node demo/picture.mjs >docs/demo.svg
import { readFileSync } from 'node:fs';

const [size, leading, margin] = [13, 18, 16];
const colours = { 31: '#ff7b72', 32: '#7ee787', 34: '#79c0ff', 36: '#76e3ea' };
// Spaces that no renderer collapses.
const escape = (text) => text.replace(/[&<> ]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', ' ': '\u00a0' })[c]);

function spans(line) {
  let style = new Set();
  let svg = '';
  for (const part of line.split(/(\x1b\[\d+m)/)) {
    const code = /^\x1b\[(\d+)m$/.exec(part)?.[1];
    if (code) {
      style = code === '0' ? new Set() : style.add(code);
    } else if (part) {
      const fill = [...style].map((s) => colours[s]).find(Boolean);
      const attributes = [
        fill && ` fill="${fill}"`,
        style.has('1') && ' font-weight="bold"',
        style.has('2') && ' fill-opacity=".65"',
      ].filter(Boolean).join('');
      svg += attributes ? `<tspan${attributes}>${escape(part)}</tspan>` : escape(part);
    }
  }
  return svg;
}

const lines = readFileSync(0, 'utf8').trimEnd().split('\n');
const columns = Math.max(...lines.map((l) => [...l.replace(/\x1b\[\d+m/g, '')].length));
const [width, height] = [Math.ceil(columns * size * 0.602) + 2 * margin, lines.length * leading + 2 * margin];
const text = lines.map((l, i) => (l ? `<text x="${margin}" y="${margin + size + i * leading}">${spans(l)}</text>` : '')).filter(Boolean);
console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" \
font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${size}" fill="#e6edf3">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${text.join('\n')}
</svg>`);
