import type { GraphiQL } from 'graphiql';
import type { ComponentProps } from 'react';

type GraphiqlStorage = NonNullable<ComponentProps<typeof GraphiQL>['storage']>;

const NAMESPACE = 'graphiql:';
/** Items with the text of an editor. The tabs have them too, and of two answers GraphiQL takes one for a tab that is missing. */
const TEXTS = new Set(['graphiql:query', 'graphiql:variables', 'graphiql:headers']);
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;
/** The name of a password in GraphQL or JSON, and the string that is its value, whole or half typed. */
const PASSWORD = /(password"?\s*:\s*")(?:[^"\\]|\\.)*/gi;

/**
 * Storage for GraphiQL's tabs and history that removes passwords and tokens, which would otherwise stay there after the
 * sign-out.
 */
export function createDiscreetStorage(items: Storage): GraphiqlStorage {
  const names = () => Object.keys(items).filter((name) => name.startsWith(NAMESPACE));
  return {
    getItem: (name) => (TEXTS.has(name) ? null : items.getItem(name)),
    setItem: (name, value) => TEXTS.has(name) || items.setItem(name, blankTexts(value)),
    removeItem: (name) => items.removeItem(name),
    clear: () => names().forEach((name) => items.removeItem(name)),
    get length() {
      return names().length;
    },
  };
}

/** Tabs and history are JSON with the texts of editors in it. */
function blankTexts(json: string): string {
  try {
    const parsed: unknown = JSON.parse(json);
    return JSON.stringify(parsed, (_name, value: unknown) => (typeof value === 'string' ? blank(value) : value));
  } catch {
    return json; // a plain word, such as the theme's
  }
}

function blank(text: string): string {
  return text.replace(TOKEN, '').replace(PASSWORD, '$1');
}
