/**
 * Loads npm's arborist when it is used. The SDK loads it with every program, which takes a third of the time that the SDK takes, and
 * uses it where functions become part of the state alone.
 *
 *   node --require ./load-late.cjs PROGRAM
 */

const Module = require('node:module');

const load = Module._load;

Module._load = function (request, ...from) {
  if (request !== '@npmcli/arborist') return load.call(this, request, ...from);
  return {
    __esModule: true,
    get Arborist() {
      return load.call(Module, request, ...from).Arborist;
    },
  };
};
