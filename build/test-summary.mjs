// Sums the results of every test project and the line coverage of src, and ends in the one line that says how it went.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const files = (dir, ending) => readdirSync(dir, { recursive: true }).filter((f) => f.endsWith(ending)).map((f) => join(dir, f));
const results = process.argv[2];
let passed = 0, failed = 0, skipped = 0;
for (const file of files(results, '.trx')) {
  const xml = readFileSync(file, 'utf8');
  for (const [, name, outcome, rest] of xml.matchAll(/<UnitTestResult\b[^>]*?testName="([^"]*)"[^>]*?outcome="([^"]*)"[^>]*?(\/>|>[\s\S]*?<\/UnitTestResult>)/g)) {
    if (outcome === 'Passed') passed++;
    else if (outcome === 'Failed') { failed++; console.log(`failed: ${name}`); }
    else { skipped++; console.log(`skipped: ${name}: ${/<Message>([^<]*)/.exec(rest)?.[1] ?? 'no reason given'}`); }
  }
}

// A line counts once, however many test projects ran it.
const lines = new Map();
for (const file of files(results, 'coverage.cobertura.xml')) {
  const xml = readFileSync(file, 'utf8');
  const sources = [...xml.matchAll(/<source>([^<]*)<\/source>/g)].map((m) => m[1]);
  for (const [, name, body] of xml.matchAll(/<class [^>]*filename="([^"]*)"[^>]*>([\s\S]*?)<\/class>/g)) {
    const path = relative(process.cwd(), name.startsWith('/') ? name : join(sources[0] ?? '', name));
    if (!/^src\//.test(path) || /\/obj\//.test(path)) continue;
    for (const [, number, hits] of body.matchAll(/<line number="(\d+)" hits="(\d+)"/g)) {
      const key = `${path}:${number}`;
      lines.set(key, (lines.get(key) ?? false) || hits !== '0');
    }
  }
}
const covered = [...lines.values()].filter(Boolean).length;
if (lines.size > 0) console.log(`line coverage ${(100 * covered / lines.size).toFixed(1)} % (${covered} of ${lines.size} lines; code that runs only in a host process of its own does not count)`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
