import { useGraphiQL, useMonaco } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { nextPaint, nextTask } from './next-task.ts';

// What parts of `@graphiql/react` get for the `useMonaco` of their own (`page/smaller-tasks.js`).

type Loaded = ReturnType<typeof useMonaco>;
type Editor = 'responseEditor' | 'headerEditor' | 'variableEditor';

/** Starts to load Monaco when the rest of GraphiQL is on the screen. */
export function useMonacoOnceShown(): Loaded {
  const { actions, ...loaded } = useMonaco();
  const initialize: typeof actions.initialize = async (options) => {
    await nextPaint(); // of nothing: it is asked for before the first rendering
    await nextPaint();
    await actions.initialize(options);
  };
  return { ...loaded, actions: { initialize } };
}

/** Keeps Monaco from an editor until the one before it is there, and gives it in a task of its own. */
export function monacoAfter(before: Editor | null) {
  return function useMonacoInTurn(select: (loaded: Loaded) => unknown = (loaded) => loaded): unknown {
    const loaded = useMonaco();
    const isBeforeThere = useGraphiQL((state) => before === null || state[before] !== undefined);
    const isNext = loaded.monaco !== undefined && isBeforeThere;
    const [hasTurn, setHasTurn] = useState(false);
    useEffect(() => {
      if (isNext) void nextTask().then(() => setHasTurn(true));
    }, [isNext]);
    return select(hasTurn ? loaded : { actions: loaded.actions });
  };
}
