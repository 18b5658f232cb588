// Stands in for kubectl: answers from `cluster.json` of the folder that it is given, a list of objects, and applies by putting what it is
// given over what is there. It writes down how it was called, fails as the file `failing` says, and refuses the kind of `refusing.json`.
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const [folder, ...args] = process.argv.slice(2);
const file = (name) => join(folder, name);
const read = (name) => readFileSync(file(name), 'utf8');
const verb = args.find((one) => ['api-resources', 'get', 'apply'].includes(one));

appendFileSync(file('calls'), `${args.join(' ')}\n`);
if (existsSync(file('failing')) && read('failing') === verb) {
  console.error('Error from server (Forbidden): deployments.apps is forbidden: User "mia" cannot list resource');
  process.exit(1);
}

const objects = JSON.parse(read('cluster.json'));
const isSame = (a) => (b) => a.kind === b.kind && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;
const given = () => JSON.parse(readFileSync(0, 'utf8')).items;
const answer = (items) => console.log(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));

function over(under, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return { ...under, ...Object.fromEntries(Object.entries(value).map(([key, item]) => [key, over(under?.[key] ?? {}, item)])) };
}

if (verb === 'api-resources') console.log(read('kinds'));
else if (verb === 'apply') {
  const refused = existsSync(file('refusing.json')) ? JSON.parse(read('refusing.json')) : {};
  const items = given();
  answer(items.filter(({ kind }) => kind !== refused.kind).map((one) => over(objects.find(isSame(one)), one)));
  if (items.some(({ kind }) => kind === refused.kind)) {
    console.error(refused.text);
    process.exitCode = 1;
  }
} else if (args.includes('--filename=-')) answer(given().flatMap((one) => objects.filter(isSame(one))));
else answer(objects.filter(({ metadata }) => args.includes(`--namespace=${metadata.namespace}`)));
