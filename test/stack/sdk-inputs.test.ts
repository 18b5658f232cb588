import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bind, compile, repositoryStack } from 'stagegate';
import ts from 'typescript';
import { openluffy } from '../compile/model-fixture';

const root = join(__dirname, '..', '..');

/** What the compiler says of these inputs, written as literals for the classes of the installed SDK. */
function complaints(resources: readonly { readonly type: string; readonly inputs: unknown }[]): string[] {
  const folder = mkdtempSync(join(root, 'test', 'stack', 'inputs-'));
  try {
    const file = join(folder, 'inputs.ts');
    const lines = resources.map(({ type, inputs }) => `new github.${type.split(':').at(-1)}('name', ${JSON.stringify(inputs)});`);
    writeFileSync(file, `import * as github from '@pulumi/github';\n${lines.join('\n')}\n`);
    const program = ts.createProgram([file], {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      target: ts.ScriptTarget.ES2022,
    });
    return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the installed SDK knows every input of the stack of repositories, by this name and of this type', () => {
  const { resources } = bind(repositoryStack(compile(openluffy())), { 'app/delivery': 1, 'app/intake': 2 });
  const typed = resources.map(({ type, inputs, secret }) => ({
    type,
    // Filled in when the resource is made: the text of a variable, and the value of a secret.
    inputs: {
      ...inputs,
      ...(inputs.value === undefined ? {} : { value: String(inputs.value) }),
      ...(secret === undefined ? {} : { plaintextValue: 'x' }),
    },
  }));
  const misspelt = {
    type: 'github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions',
    inputs: { repository: 'x', rules: 1 },
  };
  expect(complaints([...typed, misspelt])).toEqual([expect.stringMatching(/"rules"' does not exist in type/)]);
});
