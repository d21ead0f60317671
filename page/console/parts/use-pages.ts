import { useEffect, useState } from 'react';
import { useQuestion, type Answer } from './use-question.ts';

interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly totalCount?: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

type AskPage<Node> = (after: string | null) => Promise<Page<Node>>;

/** All pages that were asked for so far, as one list. */
export interface Pages<Node> extends Answer<readonly Node[]> {
  readonly hasMore: boolean;
  /** How many there are on all pages, if the API says so. */
  readonly total: number | null;
  readonly loadMore: () => Promise<void>;
}

/** A list of the API, page by page; from the beginning wherever `askPage` is another one. */
export function usePages<Node extends { readonly id: string }>(askPage: AskPage<Node>): Pages<Node> {
  const [found, setFound] = useState<(Page<Node> & { readonly askPage: AskPage<Node> }) | null>(null);
  const { ask, ...rest } = useQuestion();
  useEffect(() => {
    void ask(
      () => askPage(null),
      (page) => setFound({ ...page, askPage }),
    );
  }, [ask, askPage]);
  // The former results stay while another search runs, but not if it fails.
  const shown = found?.askPage === askPage || rest.problem === null ? found : null;
  return {
    ...rest,
    data: shown?.nodes ?? null,
    hasMore: shown?.pageInfo.hasNextPage ?? false,
    total: shown?.totalCount ?? null,
    loadMore: () =>
      ask(
        () => askPage(shown?.pageInfo.endCursor ?? null),
        ({ nodes, pageInfo }) =>
          setFound((known) => known && { ...known, nodes: [...known.nodes, ...nodes], pageInfo }),
      ),
  };
}
