// Runs a Pulumi program without an engine, as tests of such programs do, and prints the type of each resource that it registers:
//   node pulumi-without-engine.cjs PROJECT MAIN [KEY=VALUE]...
const { createRequire } = require('node:module');
const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');

const [project, main, ...settings] = process.argv.slice(2);
const program = resolve(main);
const pulumi = createRequire(program)('@pulumi/pulumi');

async function run() {
  const types = [];
  const newResource = ({ type, name, inputs }) => {
    types.push(type);
    return { id: `${name}-id`, state: inputs };
  };
  pulumi.runtime.setAllConfig(Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s))));
  await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs }, project, 'main', false);
  await import(pathToFileURL(program).href);
  await pulumi.runtime.disconnect();
  for (const type of [...new Set(types)].sort()) console.log(type);
}

run().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
