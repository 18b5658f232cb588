/**
 * Keeps what V8 compiles of installed modules in node_modules/.cache, and takes it from there the next time: a program of Pulumi spends
 * a fifth of its time on compiling the SDK. Node does it itself from 22.1 on.
 *
 *   node --require ./keep-code.cjs PROGRAM
 */

const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, sep } = require('node:path');
const { cachedDataVersionTag } = require('node:v8');
const { Script } = require('node:vm');

const folder = join(__dirname, '..', '..', '..', '..', 'node_modules', '.cache', 'stagegate-code');

if (Module.enableCompileCache !== undefined) Module.enableCompileCache(folder);
else keepCode();

function keepCode() {
  const compile = Module.prototype._compile;
  /** Of V8 and its flags: what was compiled with others is of no use. */
  const version = String(cachedDataVersionTag());
  /** Scripts that are not in the folder yet, by their files in it. */
  const missing = new Map();

  Module.prototype._compile = function (content, filename) {
    if (!isKept(content, filename)) return compile.call(this, content, filename);
    const file = join(folder, createHash('sha1').update(version).update(content).digest('hex'));
    const cachedData = tryRead(file);
    const script = new Script(Module.wrap(content), { filename, cachedData });
    if (cachedData === undefined || script.cachedDataRejected) missing.set(file, script);
    const wrapper = script.runInThisContext();
    return wrapper.call(this.exports, this.exports, Module.createRequire(filename), this, filename, dirname(filename));
  };

  process.on('exit', () => {
    if (missing.size > 0) mkdirSync(folder, { recursive: true });
    for (const [file, script] of missing) {
      // Another process may be writing the same one.
      const own = `${file}.${process.pid}`;
      writeFileSync(own, script.createCachedData());
      renameSync(own, file);
    }
  });
}

/** A script that is made here cannot import; the compiler has such calls, but for plugins of its server alone. */
function isKept(content, filename) {
  if (!filename.includes(`${sep}node_modules${sep}`) || content.startsWith('#!')) return false;
  return filename.endsWith(join('typescript', 'lib', 'typescript.js')) || !/\bimport\s*\(/.test(content);
}

function tryRead(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
