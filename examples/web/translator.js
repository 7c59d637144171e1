// Sequence to sequence as Recurve exports it with `--graph encoder` and `--graph decoder-step`, greedily.

const START = '<s>', END = '</s>', UNKNOWN = '<unk>';

export class Translator {
  #ort;
  #encoder;
  #decoder;
  #source;
  #target;

  constructor(ort, encoder, decoder, description) {
    this.#ort = ort;
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.about = description;
    this.#source = new Map(description.source.map((symbol, id) => [symbol, id]));
    this.#target = new Map(description.target.map((symbol, id) => [symbol, id]));
  }

  static async load(ort, encoder, decoder, description) {
    const [one, two] = [await ort.InferenceSession.create(encoder), await ort.InferenceSession.create(decoder)];
    return new Translator(ort, one, two, description);
  }

  split(text) {
    return this.about.sourceCharacters ? [...text.trim()] : text.split(/\s+/).filter((word) => word);
  }

  join(symbols) {
    return symbols.join(this.about.targetCharacters ? '' : ' ');
  }

  #ids(data, ...dims) {
    return new this.#ort.Tensor('int32', Int32Array.from(data), dims);
  }

  /** The likeliest symbol after each, and where attention looked for it: a row of weights over the source. */
  async translate(symbols) {
    const n = symbols.length, lengths = this.#ids([n], 1);
    const ids = symbols.map((s) => this.#source.get(s) ?? this.#source.get(UNKNOWN));
    const held = await this.#encoder.run({ ids: this.#ids(ids, n, 1), lengths });
    const given = { ...held, lengths, rows: this.#ids([0], 1) };
    const said = [], looks = [];
    let previous = this.#target.get(START);
    while (said.length < 2 * n + 50) {
      given.previous = this.#ids([previous], 1);
      const feeds = Object.fromEntries(this.#decoder.inputNames.map((name) => [name, given[name]]));
      const out = await this.#decoder.run(feeds);
      previous = largest(out.log_probabilities.data);
      if (out.alignment) looks.push([...out.alignment.data]);
      if (this.about.target[previous] === END) break;
      said.push(this.about.target[previous]);
      for (const [name, t] of Object.entries(out)) { // x' is what the input x is next
        if (name.endsWith("'")) given[name.slice(0, -1)] = t;
      }
    }
    return { said, looks: looks.slice(0, said.length) };
  }
}

function largest(numbers) {
  return numbers.indexOf(numbers.reduce((a, b) => Math.max(a, b)));
}
