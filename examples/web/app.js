import * as ort from './ort/ort.wasm.bundle.min.mjs';
import { LanguageModel } from './model.js';

const SHOWN = 10;
const at = (id) => document.getElementById(id);

ort.env.wasm.wasmPaths = new URL('./ort/', location.href).href;
ort.env.wasm.numThreads = 1; // more need cross-origin isolation

async function main() {
  const description = await (await fetch('model.json')).json();
  const bytes = await (await fetch('model.onnx')).arrayBuffer();
  const model = await LanguageModel.load(ort, new Uint8Array(bytes), description);
  at('about').textContent = `${model.words.length.toLocaleString('en')} ${model.characters ? 'characters' : 'words'}, `
    + `${(bytes.byteLength / 1e6).toFixed(1)} MB; everything is computed here, nothing is sent.`;

  // one job at a time: a state belongs to the text that it has read
  let last = Promise.resolve();
  const queue = (job) => (last = last.then(job).catch((e) => (at('status').textContent = String(e))));
  const next = async () => show(model, await model.start(at('prompt').value));
  const go = async () => {
    const began = performance.now(), prompt = at('prompt').value, tokens = Number(at('tokens').value);
    const given = Object.assign(document.createElement('span'), { className: 'given', textContent: model.join(model.split(prompt)) });
    at('text').replaceChildren(given);
    for await (const piece of model.generate(prompt, tokens, Number(at('temperature').value), Number(at('seed').value))) {
      at('text').append(piece);
    }
    at('status').textContent = `${Math.round((1000 * tokens) / (performance.now() - began))} a second`;
    document.body.dataset.done = 'true';
  };
  at('prompt').addEventListener('input', () => queue(next));
  at('go').addEventListener('click', () => queue(go));
  for (const [name, value] of new URLSearchParams(location.search)) if (at(name)) at(name).value = value;
  at('go').disabled = false;
  queue(next);
  if (new URLSearchParams(location.search).has('prompt')) queue(go);
}

function show(model, logp) {
  const rows = model.ranked(logp).slice(0, SHOWN).map((id) => {
    const p = Math.exp(logp[id]), row = document.createElement('tr');
    for (const text of [model.words[id], `${(100 * p).toFixed(1)} %`]) {
      row.append(Object.assign(document.createElement('td'), { textContent: text }));
    }
    const bar = Object.assign(document.createElement('span'), { className: 'bar' });
    bar.style.width = `${100 * p}%`;
    const cell = document.createElement('td');
    cell.append(bar);
    row.append(cell);
    return row;
  });
  at('next').replaceChildren(...rows);
}

main().catch((e) => (at('about').textContent = `The model does not load: ${e}`));
