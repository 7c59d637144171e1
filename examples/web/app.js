import * as ort from './ort/ort.wasm.bundle.min.mjs';
import { LanguageModel } from './language.js';
import { Tagger } from './tagger.js';
import { Translator } from './translator.js';

const SHOWN = 10;
const at = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);

ort.env.wasm.wasmPaths = new URL('./ort/', location.href).href;
ort.env.wasm.numThreads = 1; // more need cross-origin isolation

// one job at a time: a model's state belongs to the text that it has read
let last = Promise.resolve();
const queue = (job) => (last = last.then(job).catch((e) => (at('status').textContent = String(e))));

let size = 0;
async function file(name) {
  const bytes = new Uint8Array(await (await fetch(name)).arrayBuffer());
  size += bytes.length;
  return bytes;
}

const parts = {
  async lm(description) {
    const model = await LanguageModel.load(ort, await file('lm-step.onnx'), description);
    const next = async () => likeliest(model, await model.start(at('prompt').value));
    const go = () => write(model);
    at('prompt').addEventListener('input', () => queue(next));
    at('go').addEventListener('click', () => queue(go));
    queue(next);
    if (asked.has('prompt')) queue(go);
    return `${model.words.length.toLocaleString('en')} ${model.characters ? 'characters' : 'words'}`;
  },

  async tag(description) {
    const model = await Tagger.load(ort, await file('tag-predict.onnx'), description);
    const tag = async () => {
      const words = model.split(at('sentence').value);
      tagged(words, words.length > 0 ? await model.tag(words) : []);
    };
    at('sentence').addEventListener('input', () => queue(tag));
    queue(tag);
    return `${description.tags.length} tags`;
  },

  async seq2seq(description) {
    const model = await Translator.load(
      ort, await file('seq2seq-encoder.onnx'), await file('seq2seq-decoder-step.onnx'), description);
    const translate = async () => {
      const symbols = model.split(at('source').value);
      const { said, looks } = symbols.length > 0 ? await model.translate(symbols) : { said: [], looks: [] };
      at('translation').textContent = model.join(said);
      heatMap(symbols, said, looks);
    };
    at('source').addEventListener('input', () => queue(translate));
    queue(translate);
    return `${description.source.length} symbols to ${description.target.length}`;
  },
};

async function main() {
  for (const [name, value] of asked) if (at(name)) at(name).value = value;
  const models = await (await fetch('models.json')).json();
  const about = [];
  for (const { task, ...description } of models) {
    about.push(await parts[task](description));
    at(task).hidden = false;
  }
  at('about').textContent = `${about.join('; ')}; ${(size / 1e6).toFixed(1)} MB. Everything is computed here, nothing is sent.`;
  queue(() => (document.body.dataset.done = 'true'));
}

function element(tag, properties, ...children) {
  const e = Object.assign(document.createElement(tag), properties);
  e.append(...children);
  return e;
}

async function write(model) {
  const began = performance.now(), prompt = at('prompt').value, tokens = Number(at('tokens').value);
  at('text').replaceChildren(element('span', { className: 'given' }, model.join(model.split(prompt))));
  for await (const piece of model.generate(prompt, tokens, Number(at('temperature').value), Number(at('seed').value))) {
    at('text').append(piece);
  }
  const took = performance.now() - began; // none where the browser's time is a virtual one
  if (took > 0) at('status').textContent = `${Math.round((1000 * tokens) / took)} a second`;
}

function likeliest(model, logp) {
  const rows = model.ranked(logp).slice(0, SHOWN).map((id) => {
    const p = Math.exp(logp[id]), bar = element('span', { className: 'bar' });
    bar.style.width = `${100 * p}%`;
    return element('tr', {}, element('td', {}, model.words[id]), element('td', {}, `${(100 * p).toFixed(1)} %`), element('td', {}, bar));
  });
  at('next').replaceChildren(...rows);
}

/** Words over their tags; those of one span together, in the colour of its kind. */
function tagged(words, tags) {
  const kinds = [...new Set(tags.map(kind).filter((k) => k))].sort();
  at('tagged').replaceChildren(...words.map((word, i) => {
    const e = element('span', { className: 'token' }, element('span', {}, word), element('small', {}, tags[i]));
    e.dataset.tag = tags[i];
    if (kind(tags[i])) e.style.background = `hsl(${(kinds.indexOf(kind(tags[i])) * 137 + 210) % 360} 70% 86%)`;
    if (tags[i].startsWith('I-')) e.classList.add('inside');
    return e;
  }));
}

function kind(tag) {
  return tag === 'O' ? '' : tag.replace(/^[BIES]-/, '');
}

/** A row for each symbol said, a column for each of the source: the darker, the more it was looked at. */
function heatMap(source, said, looks) {
  const name = (symbol) => (symbol === ' ' ? '␣' : symbol);
  const head = element('tr', {}, element('th', {}), ...source.map((s) => element('th', { scope: 'col' }, name(s))));
  const rows = looks.map((weights, i) => element('tr', {}, element('th', { scope: 'row' }, name(said[i])),
    ...weights.map((w, s) => {
      const cell = element('td', { title: `${name(said[i])} from ${name(source[s])}: ${(100 * w).toFixed(1)} %` });
      cell.style.background = `rgb(31 95 191 / ${w.toFixed(3)})`;
      return cell;
    })));
  at('alignment').replaceChildren(...(rows.length > 0 ? [head, ...rows] : []));
}

main().catch((e) => (at('about').textContent = `The models do not load: ${e}`));
