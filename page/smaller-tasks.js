import { fileURLToPath } from 'node:url';

const pathOf = (name) => fileURLToPath(new URL(`editors/${name}`, import.meta.url));

/** After these modules, in the order in which they run, the browser may paint and answer the keyboard. */
const PAUSES = [
  'entities/dist/decode.js',
  'markdown-it/dist/markdown-it.mjs',
  '@radix-ui/react-menu/dist/index.mjs',
  '@graphiql/react/dist/components/operation-editor.js',
  'motion-dom/dist/es/projection/node/HTMLProjectionNode.mjs',
  'monaco-editor/esm/vs/editor/common/config/editorOptions.js',
  'monaco-editor/esm/vs/editor/browser/controller/mouseTarget.js',
  'monaco-editor/esm/vs/base/common/marked/marked.js',
  'monaco-editor/esm/vs/base/browser/ui/list/listWidget.js',
  'monaco-editor/esm/vs/platform/list/browser/listService.js',
  'monaco-editor/esm/vs/editor/browser/coreCommands.js',
  'monaco-editor/esm/vs/editor/browser/widget/codeEditor/codeEditorWidget.js',
  'monaco-editor/esm/vs/editor/editor.api.js',
  'monaco-editor/esm/vs/editor/contrib/folding/browser/folding.js',
  'monaco-editor/esm/vs/editor/contrib/rename/browser/rename.js',
];

/**
 * It makes an `Error` as it runs. A browser with its developer tools open, which Lighthouse has too, then reads the whole file again: this
 * module gets a file of its own.
 */
const ALONE = 'monaco-editor/esm/vs/platform/contextkey/common/contextkey.js';

/**
 * What parts of GraphiQL have for the `useMonaco` of their own. The editor of the operation is the last: nothing can be run without it, so
 * nothing is run without its variables.
 */
const HOOKS = {
  'components/provider.js': 'useMonacoOnceShown',
  'components/response-editor.js': 'monacoAfter(null)',
  'components/request-headers-editor.js': "monacoAfter('responseEditor')",
  'components/variables-editor.js': "monacoAfter('headerEditor')",
  'components/operation-editor.js': "monacoAfter('variableEditor')",
};

const PACKAGE = '/node_modules/@graphiql/react/dist/';
const HOOK = '\0use-monaco:';

/**
 * GraphiQL runs its modules and Monaco's, two thousand, in two tasks, and makes its four editors in a third. Each kept the page from
 * answering for a tenth of a second. Rolldown puts modules into a file in the order in which they run, so each waits for the pause before it.
 */
export const smallerTasks = () => {
  const missing = new Set([...PAUSES, ...Object.keys(HOOKS)]);
  return {
    name: 'smaller-tasks',
    enforce: 'pre',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'chunk', id: ALONE });
    },
    resolveId(source, importer = '') {
      const part = Object.keys(HOOKS).find((path) => importer.endsWith(PACKAGE + path));
      if (part === undefined || source !== '../stores/monaco.js') return null;
      missing.delete(part);
      return HOOK + part;
    },
    load(id) {
      if (!id.startsWith(HOOK)) return null;
      const hook = HOOKS[id.slice(HOOK.length)];
      const [name] = hook.split('(');
      return `import { ${name} } from ${JSON.stringify(pathOf('monaco-in-turn.ts'))}; export const useMonaco = ${hook};`;
    },
    transform(code, id) {
      const path = PAUSES.find((end) => id.endsWith(`/node_modules/${end}`));
      if (path === undefined) return null;
      missing.delete(path);
      return {
        code: `import { nextTask } from ${JSON.stringify(pathOf('next-task.ts'))};\n${code}\nawait nextTask();`,
        map: null,
      };
    },
    buildEnd(error) {
      if (error === undefined && missing.size > 0) this.error(`No longer in GraphiQL: ${[...missing].join(', ')}`);
    },
  };
};
