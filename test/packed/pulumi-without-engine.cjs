// Runs a Pulumi program without an engine, as tests of such programs do, and prints each resource that it registers as a line of JSON:
//   node pulumi-without-engine.cjs PROJECT MAIN [KEY=VALUE]...
const { createRequire } = require('node:module');
const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');

const [project, main, ...settings] = process.argv.slice(2);
const program = resolve(main);
const pulumi = createRequire(program)('@pulumi/pulumi');

async function run() {
  const resources = [];
  const newResource = ({ type, name, inputs, provider }) => {
    resources.push({ type, name, inputs, provider });
    return { id: `${name}-id`, state: inputs };
  };
  pulumi.runtime.setAllConfig(Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s))));
  await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs }, project, 'main', false);
  await import(pathToFileURL(program).href);
  await pulumi.runtime.disconnect();
  for (const resource of resources.sort((a, b) => (a.name < b.name ? -1 : 1))) console.log(JSON.stringify(resource));
}

run().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
