import { types } from 'node:util';

const ordinary = Function.prototype[Symbol.hasInstance];

/** Errors of Node.js itself are of another realm than those of a test, where the program has one. */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(value) {
    return ordinary.call(this, value) || (this === Error && types.isNativeError(value));
  },
});
