import { useChosenTab } from './use-chosen-tab.ts';
import { useFirstVariables } from './use-first-variables.ts';
import { useEditorOptions } from './use-editor-options.ts';
import { useHistoryNames } from './use-history-names.ts';
import { useSystemTheme } from './use-system-theme.ts';
import { useTabKey } from './use-tab-key.ts';
import { useTabList } from './use-tab-list.ts';

/** Workarounds for GraphiQL 5.4, each in a hook that says why. Those for colours are in `page.css`. */
export function GraphiqlRepairs(): null {
  useChosenTab();
  useFirstVariables();
  useEditorOptions();
  useHistoryNames();
  useSystemTheme();
  useTabKey();
  useTabList();
  return null;
}
