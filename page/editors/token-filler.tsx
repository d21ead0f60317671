import { useGraphiQL, type MonacoEditor } from '@graphiql/react';
import { useEffect, useState } from 'react';
import type { HeldTokens } from '../../src/client/index.ts';
import { useSession } from '../../src/client/react.ts';
import { createSlot } from './create-slot.ts';

type Fill = (text: string, held: HeldTokens | null) => string;

interface Props {
  readonly headerName: string;
  readonly scheme: string;
}

/** Keeps the current tokens in the editors of GraphiQL, where what is sent is seen and can be changed. */
export function TokenFiller({ headerName, scheme }: Props): null {
  const state = useSession();
  const held = state.status === 'signed-in' ? state.tokens : null;
  const [fillHeaders] = useState(() => createHeaderFill(headerName, scheme));
  const [fillVariables] = useState(createVariableFill);
  const headers = useGraphiQL(({ headerEditor }) => headerEditor);
  const variables = useGraphiQL(({ variableEditor }) => variableEditor);
  useFilledEditor(headers, fillHeaders, held);
  useFilledEditor(variables, fillVariables, held);
  return null;
}

/** One editor shows one tab after the other, so it is filled anew whenever it is given another text. */
function useFilledEditor(editor: MonacoEditor | undefined, fill: Fill, held: HeldTokens | null): void {
  useEffect(() => {
    if (editor === undefined) return undefined;
    const refill = () => {
      const text = editor.getValue();
      const filled = fill(text, held);
      if (filled !== text) editor.setValue(filled);
    };
    refill();
    const listening = editor.onDidChangeModelContent(({ isFlush }) => {
      // A text that was set, by a change of tabs or from the history: not one being typed. Setting another before the
      // editor has told everybody of this one gets its workers out of step.
      if (isFlush) queueMicrotask(refill);
    });
    return () => listening.dispose();
  }, [editor, fill, held]);
}

function createHeaderFill(headerName: string, scheme: string): Fill {
  const authorization = createSlot(headerName);
  const empty = JSON.stringify({ [headerName]: '' }, null, 2);
  return (text, held) => {
    const isBlank = text.trim() === '';
    const filled = authorization(isBlank ? empty : text, held === null ? '' : `${scheme} ${held.access}`);
    return filled.trim() === empty ? '' : filled;
  };
}

function createVariableFill(): Fill {
  const refresh = createSlot('refresh');
  const token = createSlot('token');
  return (text, held) => {
    // Null where a cookie holds the refresh token; empty where nobody is signed in.
    const current = held === null ? { access: '', refresh: '' } : held;
    return token(refresh(text, current.refresh), current.access);
  };
}
