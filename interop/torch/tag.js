// node tag.js MODEL.onnx WORDS TAGS TEXT: tags a text in onnxruntime-node, a word and its tag a line.
//
// TEXT holds a word a line, first of its columns, and a blank line after each sentence; WORDS and TAGS hold
// an entry a line, in the order of ids. A model exported with --tokeniser takes the words as they are.
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';

const [model, wordsFile, tagsFile, textFile] = process.argv.slice(2);
const entries = (file) => readFileSync(file, 'utf8').replace(/\n$/, '').split('\n');
const tags = entries(tagsFile);
const ids = new Map(entries(wordsFile).map((word, id) => [word, id]));
const unknown = ids.get('<unk>');

const session = await ort.InferenceSession.create(model);
for (const sentence of readFileSync(textFile, 'utf8').split(/\n\n+/)) {
  const words = sentence.split('\n').filter((line) => line).map((line) => line.split(/\s/)[0]);
  if (words.length === 0) continue;
  const feeds = session.inputNames.includes('text')
    ? { text: new ort.Tensor('string', [words.join(' ')], [1]) }
    : {
        ids: new ort.Tensor('int32', Int32Array.from(words, (word) => ids.get(word) ?? unknown), [words.length, 1]),
        lengths: new ort.Tensor('int32', Int32Array.of(words.length), [1]),
      };
  const best = (await session.run(feeds)).tags.data; // [T, 1], the best sequence that keeps to the scheme
  words.forEach((word, t) => console.log(`${word}\t${tags[best[t]]}`));
  console.log();
}
