// node node.js FOLDER: every NAME.onnx there with its NAME.json, in onnxruntime-node.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { compare } from './compare.js';
import { report } from './report.js';

const folder = process.argv[2];
const names = readdirSync(folder).filter((f) => f.endsWith('.onnx')).map((f) => f.slice(0, -5));
const results = {};
for (const name of names.sort()) {
  const cases = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  results[name] = await compare(ort, join(folder, `${name}.onnx`), cases);
}
process.exit(report('onnxruntime-node', results) ? 0 : 1);
