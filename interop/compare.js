// Runs the cases of one model in an ONNX runtime; the same code in node and in the browser.
import { Learner } from '../examples/web/learner.js';

const NEAR = 5e-5, NEAR_WHILE_LEARNING = 1e-4;

/**
 * The largest difference from what is expected, absolute, relative where over one; and how much is near enough.
 *
 * @param model the file, or in node its path
 * @param cases what goes in and what must come out; or of a training step, batches, losses and where it begins
 */
export async function compare(ort, model, cases) {
  return Array.isArray(cases) ? answers(ort, model, cases) : losses(ort, model, cases);
}

async function answers(ort, model, cases) {
  const session = await ort.InferenceSession.create(model);
  let worst = 0;
  for (const { inputs, outputs } of cases) {
    const feeds = {};
    for (const name of session.inputNames) feeds[name] = tensor(ort, inputs[name], name);
    const results = await session.run(feeds);
    for (const [name, expected] of Object.entries(outputs)) {
      worst = larger(worst, difference(name, expected, results[name]));
    }
  }
  await session.release();
  return { worst, near: NEAR, what: `${cases.length} batches` };
}

async function losses(ort, model, { weights, rate, batches, losses: expected }) {
  const bytes = Uint8Array.from(atob(weights), (c) => c.charCodeAt(0));
  const learner = await Learner.load(ort, model, bytes.buffer);
  const given = [];
  let worst = 0;
  for (const [i, batch] of batches.entries()) {
    const feeds = {};
    for (const [name, t] of Object.entries(batch)) feeds[name] = tensor(ort, t, name);
    given.push(await learner.step(feeds, rate));
    worst = larger(worst, Math.abs(given[i] - expected[i]) / Math.max(1, Math.abs(expected[i])));
  }
  await learner.release();
  const what = `${given.length} steps of training, loss ${given[0].toFixed(4)} to ${given.at(-1).toFixed(4)}`;
  return { worst, near: NEAR_WHILE_LEARNING, what };
}

function tensor(ort, given, name) {
  if (!given) throw new Error(`the model asks for '${name}', which the cases lack`);
  return given.integers
    ? new ort.Tensor('int32', Int32Array.from(given.data), given.dims)
    : new ort.Tensor('float32', Float32Array.from(given.data), given.dims);
}

function difference(name, expected, got) {
  if (!got) throw new Error(`the model lacks the output '${name}'`);
  if (String(got.dims) !== String(expected.dims)) {
    throw new Error(`'${name}' is [${got.dims}] and not [${expected.dims}]`);
  }
  let worst = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const want = expected.data[i], is = Number(got.data[i]);
    worst = larger(worst, Math.abs(want - is) / Math.max(1, Math.abs(want)));
  }
  return worst;
}

/** The larger; not a number if either is none. */
function larger(a, b) {
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b);
}
