// node describe.cjs MODEL: what the page has to know of a model's folder beside its ONNX file.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const folder = process.argv[2];
const words = readFileSync(join(folder, 'vocab-symbols.txt'), 'utf8').split('\n').slice(0, -1);
const characters = /^  level: "character"$/m.test(readFileSync(join(folder, 'model.yaml'), 'utf8'));
process.stdout.write(JSON.stringify({ words, characters }));
