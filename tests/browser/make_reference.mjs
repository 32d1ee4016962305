// Writes the API reference of the browser client from its JSDoc to stdout; tools/client-reference.sh puts it in docs.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const web = (path) => fileURLToPath(new URL(`../../web/${path}`, import.meta.url));
const MODULES = [
  ['spanwire', 'client/spanwire.js', ['Options', 'SubscribeOptions', 'Envelope', 'Status', 'State', 'Transport', 'Stats', 'Gap', 'Ending', 'ClientError']],
  ['spanwire/react', 'integrations/react.js', ['TopicOptions', 'TopicState']],
  ['spanwire/tanstack-query', 'integrations/tanstack_query.js', ['BindOptions']],
  ['spanwire/swr', 'integrations/swr.js', []],
  ['spanwire/htmx', 'integrations/htmx.js', []],
  ['spanwire/shared', 'integrations/shared_tabs.js', []],
  ['spanwire/status', 'integrations/status_element.js', []],
];
const config = ts.readConfigFile(fileURLToPath(new URL('tsconfig.json', import.meta.url)), ts.sys.readFile).config;
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, fileURLToPath(new URL('.', import.meta.url)));
const program = ts.createProgram(MODULES.map(([, path]) => web(path)), options);
const checker = program.getTypeChecker();

const textOf = (parts) => ts.displayPartsToString(parts).replace(/\s*\n\s*/g, ' ').trim();
const docsOf = (symbol) => textOf(symbol.getDocumentationComment(checker));
/** Types as a reader wants them: without the paths of the modules that they come from. */
const clean = (type) => type.replace(/import\("[^"]*"\)\./g, '').replace(/\|/g, '\\|');
const typeAt = (symbol, node) => clean(checker.typeToString(checker.getTypeOfSymbolAtLocation(symbol, node), node,
  ts.TypeFormatFlags.NoTruncation));

function parametersOf(signature, node) {
  return signature.getParameters().map((parameter) => ({
    name: parameter.name.startsWith('__') ? 'options' : parameter.name,
    type: typeAt(parameter, node),
    docs: textOf(parameter.getDocumentationComment(checker)),
    optional: checker.isOptionalParameter(parameter.valueDeclaration),
  }));
}

function describeFunction(name, symbol, node, heading) {
  const [signature] = checker.getTypeOfSymbolAtLocation(symbol, node).getCallSignatures();
  const parameters = parametersOf(signature, node);
  const result = clean(checker.typeToString(signature.getReturnType(), node, ts.TypeFormatFlags.NoTruncation));
  const returns = signature.getJsDocTags().find((tag) => tag.name === 'returns');
  const lines = [`${heading} \`${name}(${parameters.map((p) => p.name + (p.optional ? '?' : '')).join(', ')})\``, ''];
  if (docsOf(symbol)) lines.push(docsOf(symbol), '');
  for (const { name: parameter, type, docs } of parameters) lines.push(`- \`${parameter}\`: \`${type.replaceAll('\\|', '|').replace(/^\(?(.*?)\)? \| undefined$/, '$1')}\`${docs && `: ${docs}`}`);
  if (result !== 'void') {
    const words = returns ? textOf(returns.text).replace(/^\{.*\}$/, '') : '';
    lines.push(`- returns \`${result.replaceAll('\\|', '|')}\`${words && `: ${words}`}`);
  }
  return [...lines, ''];
}

function describeConstructor(name, node) {
  const parameters = parametersOf(checker.getSignatureFromDeclaration(node), node);
  return [`#### \`new ${name}(${parameters.map((p) => p.name + (p.optional ? '?' : '')).join(', ')})\``, '',
    ...parameters.map(({ name: parameter, type, docs }) =>
      `- \`${parameter}\`: \`${type.replaceAll('\\|', '|').replace(/^\(?(.*?)\)? \| undefined$/, '$1')}\`${docs && `: ${docs}`}`), ''];
}

function describeClass(name, symbol, node) {
  const lines = [`### class \`${name}\``, '', docsOf(symbol), ''];
  const instance = checker.getDeclaredTypeOfSymbol(symbol);
  const maker = symbol.members?.get('__constructor')?.declarations?.[0];
  if (maker?.parameters.length) lines.push(...describeConstructor(name, maker));
  for (const member of instance.getProperties()) {
    const declaration = member.valueDeclaration;
    if (!declaration || !ts.isMethodDeclaration(declaration) || !ts.isIdentifier(declaration.name)) continue;
    if (declaration.getSourceFile() !== node.getSourceFile() || /Callback$/.test(member.name)) continue;
    lines.push(...describeFunction(member.name, member, node, '####'));
  }
  return lines;
}

function describeTypedef(name, symbol, node) {
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const lines = [`### type \`${name}\``, ''];
  const docs = docsOf(symbol) || (type.aliasSymbol ? docsOf(type.aliasSymbol) : '');
  if (docs) lines.push(docs.replace(/ - `/g, '\n- `'), '');
  const properties = type.isUnion() ? [] : type.getProperties();
  if (!properties.length) return [...lines, `\`${clean(checker.typeToString(type, node, ts.TypeFormatFlags.InTypeAlias | ts.TypeFormatFlags.NoTruncation)).replaceAll('\\|', '|')}\``, ''];
  lines.push('| field | type | |', '|---|---|---|');
  for (const property of properties) {
    const optional = property.flags & ts.SymbolFlags.Optional ? '?' : '';
    lines.push(`| \`${property.name}${optional}\` | \`${optional ? typeAt(property, node).replace(/ \\\| undefined/, '') : typeAt(property, node)}\` | ${docsOf(property)} |`);
  }
  return [...lines, ''];
}

const lines = ['# Browser client: reference', '',
  'Generated from the JSDoc in web/ by `tools/client-reference.sh`; [the guide](browser.md) explains.', ''];
for (const [name, path, typedefs] of MODULES) {
  const file = program.getSourceFile(web(path));
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(file));
  lines.push(`## \`${name}\``, '');
  for (const symbol of symbols.filter(({ flags }) => flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Function | ts.SymbolFlags.Variable))) {
    if (symbol.flags & ts.SymbolFlags.Class) lines.push(...describeClass(symbol.name, symbol, file));
    else if (symbol.flags & ts.SymbolFlags.Function) lines.push(...describeFunction(symbol.name, symbol, file, '###'));
    else lines.push(`### \`${symbol.name}\``, '', docsOf(symbol), '');
  }
  for (const typedef of typedefs) {
    const symbol = symbols.find((candidate) => candidate.name === typedef);
    if (!symbol) throw new Error(`${path} has no type ${typedef}`);
    lines.push(...describeTypedef(typedef, symbol, file));
  }
}
process.stdout.write(`${lines.join('\n').replace(/\n{3,}/g, '\n\n').trimEnd()}\n`);
