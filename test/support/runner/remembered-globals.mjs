/** Remembers `globalThis` and `process.env`. Returns what makes them as they are now again. */
export function rememberGlobals() {
  const own = Object.getOwnPropertyDescriptors(globalThis);
  const env = { ...process.env };
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    restoreGlobals(own);
  };
}

/** Also what packages keep there: type-graphql the types of all suites, jest-circus what listens to its events. */
function restoreGlobals(own) {
  for (const name of Reflect.ownKeys(globalThis)) if (!Reflect.has(own, name)) Reflect.deleteProperty(globalThis, name);
  for (const name of Reflect.ownKeys(own)) {
    const { value } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
    if (value !== own[name].value && own[name].configurable) Object.defineProperty(globalThis, name, own[name]);
  }
}
