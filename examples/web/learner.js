// Goes on learning in an ONNX runtime, from a training step as Recurve exports it with `--graph train`.

/** What is carried from step to step: the model's parameters, the optimiser's moments, carried states. */
export class Learner {
  #ort;
  #session;
  #state;

  constructor(ort, session, weights) {
    this.#ort = ort;
    this.#session = session;
    this.#state = weights;
  }

  /**
   * @param model the file, or in node its path
   * @param weights what `weights.safetensors` of the model's folder holds, an ArrayBuffer
   */
  static async load(ort, model, weights) {
    return new Learner(ort, await ort.InferenceSession.create(model), safetensors(ort, weights));
  }

  /** One update by a batch, tensors by name; the loss before it. */
  async step(batch, rate) {
    const feeds = { ...batch, rate: new this.#ort.Tensor('float32', [rate], []) };
    const extents = {}; // of the symbolic dimensions, by the batch
    for (const { name, shape } of this.#session.inputMetadata) {
      feeds[name]?.dims.forEach((n, i) => (extents[shape[i]] = n));
    }
    for (const { name, type, shape } of this.#session.inputMetadata) {
      // moments begin as zeros, and so do the states that a text begins with
      feeds[name] ??= this.#state[name] ??= zeros(this.#ort, type, shape.map((n) => extents[n] ?? n));
    }
    const results = await this.#session.run(feeds);
    for (const name of this.#session.outputNames) { // x' is what the input x is next
      if (name.endsWith("'")) this.#state[name.slice(0, -1)] = results[name];
    }
    return results.loss.data[0];
  }

  /** The parameters as they stand, and all else that is carried, by name. */
  get state() {
    return { ...this.#state };
  }

  release() {
    return this.#session.release();
  }
}

function zeros(ort, type, dims) {
  const size = dims.reduce((a, b) => a * b, 1);
  const data = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[type];
  return new ort.Tensor(type, new data(size), dims);
}

/** The tensors of a file: a length, a header of names, shapes and places, and then the numbers. */
function safetensors(ort, file) {
  const length = Number(new DataView(file).getBigUint64(0, true)), begin = 8 + length;
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: places }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (dtype !== 'F32') throw new Error(`the weight '${name}' is ${dtype} and not F32`);
    const numbers = file.slice(begin + places[0], begin + places[1]);
    tensors[name] = new ort.Tensor('float32', new Float32Array(numbers), shape);
  }
  return tensors;
}
