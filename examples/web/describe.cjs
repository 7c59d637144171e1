// node describe.cjs MODEL: what the page has to know of a model's folder beside its ONNX files.
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const folder = process.argv[2];
const yaml = readFileSync(join(folder, 'model.yaml'), 'utf8');

/** The value of an option, or of the task. */
function value(name) {
  return yaml.match(new RegExp(`^ *${name}: "?([^"\\n]*)"?$`, 'm'))?.[1];
}

/** The words of a vocabulary, in the order of their ids; none if the model does not have it. */
function vocabulary(name) {
  const file = join(folder, `vocab-${name}.txt`);
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => line.replace(/\\(?:\\|u([0-9a-f]{4}))/g,
    (_, code) => (code ? String.fromCharCode(parseInt(code, 16)) : '\\')));
}

const describe = {
  lm: () => ({ words: vocabulary('symbols'), characters: value('level') === 'character' }),
  tag: () => ({
    // words that a file of vectors had beyond the training text come after it
    words: [...vocabulary('words'), ...(vocabulary('vectors') ?? [])],
    lowercase: value('lowercase') === 'true',
    characters: vocabulary('characters'),
    tags: vocabulary('tags'),
    textTags: vocabulary('text-tags') ?? vocabulary('tags'),
  }),
  seq2seq: () => ({
    source: vocabulary('source'),
    target: vocabulary('target'),
    sourceCharacters: value('source_level') === 'character',
    targetCharacters: value('target_level') === 'character',
  }),
};
process.stdout.write(JSON.stringify({ task: value('task'), ...describe[value('task')]() }));
