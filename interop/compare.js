// Runs the cases of one model in an ONNX runtime; the same code in node and in the browser.

/** The largest difference of any output from what is expected: absolute, relative where over one. */
export async function compare(ort, model, cases) {
  const session = await ort.InferenceSession.create(model);
  let worst = 0;
  for (const { inputs, outputs } of cases) {
    const feeds = {};
    for (const name of session.inputNames) feeds[name] = tensor(ort, inputs[name], name);
    const results = await session.run(feeds);
    for (const [name, expected] of Object.entries(outputs)) {
      worst = Math.max(worst, difference(name, expected, results[name]));
    }
  }
  await session.release();
  return worst;
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
    const want = expected.data[i];
    const d = Math.abs(want - Number(got.data[i])) / Math.max(1, Math.abs(want));
    if (Number.isNaN(d)) return d;
    worst = Math.max(worst, d);
  }
  return worst;
}
