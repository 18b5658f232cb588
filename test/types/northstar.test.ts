import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '..', '..');
const folder = join(__dirname, 'northstar');

test('the programs that set the aim for the public interface compile', () => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, root);
  const programs = readdirSync(folder).map((name) => join(folder, name));
  expect(programs.length).toBeGreaterThan(1);
  const program = ts.createProgram(programs, { ...options, types: ['node'] });
  // What they import is checked with everything else.
  const diagnostics = programs.flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)));
  const messages = diagnostics.map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    return diagnostic.file ? `${relative(root, diagnostic.file.fileName)}: ${text}` : text;
  });
  expect(messages).toEqual([]);
});
