// node validate.mjs DOCUMENT ANSWERS: each recorded answer against the schema that the OpenAPI document gives for its operation, status and media
// type. Prints what does not fit, one line each.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const [document, answers] = process.argv.slice(2).map(path => JSON.parse(readFileSync(path, 'utf8')));
const ajv = new Ajv.default({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'document');

const pointer = (...parts) => parts.map(part => '/' + part.replaceAll('~', '~0').replaceAll('/', '~1')).join('');
const resolve = (node, path) => node?.$ref
  ? [node.$ref.slice(2).split('/').reduce((at, part) => at[part], document), node.$ref.slice(1)]
  : [node, path];
const validators = new Map();
const validator = path => {
  if (!validators.has(path)) validators.set(path, ajv.compile({ $ref: 'document#' + encodeURI(path) }));
  return validators.get(path);
};

function complaint({ method, path, status, contentType, headers, body }) {
  const at = pointer('paths', path, method, 'responses', String(status));
  const [response, where] = resolve(document.paths[path][method].responses[status], at);
  if (!response) return 'the document does not name this status';
  for (const header of ['etag', 'location', 'retry-after'])
    if (headers[header] && !Object.keys(response.headers ?? {}).some(name => name.toLowerCase() === header)) return `${header} is not documented`;
  if (response.headers?.ETag && !headers.etag) return 'ETag is documented and missing';
  if (!body) return response.content ? 'an empty answer, where the document has content' : null;
  if (!response.content?.[contentType]) return `${contentType} is not documented`;
  if (!contentType.endsWith('json')) return null;
  const validate = validator(where + pointer('content', contentType, 'schema'));
  return validate(JSON.parse(body)) ? null : validate.errors.slice(0, 3).map(e => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`).join('; ');
}

for (const answer of answers) {
  const what = complaint(answer);
  if (what) console.log(`${answer.operationId} ${answer.status}: ${what}`);
}
