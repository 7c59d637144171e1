// A language model as Recurve exports it with `--graph step`: ids and states in, log-probabilities and states out.

const EOS = '<eos>', UNKNOWN = '<unk>';

export class LanguageModel {
  #ort;
  #session;
  #states = {};

  constructor(ort, session, words, characters) {
    this.#ort = ort;
    this.#session = session;
    this.words = words;
    this.characters = characters;
    this.ids = new Map(words.map((word, id) => [word, id]));
    this.unknown = this.ids.get(UNKNOWN) ?? -1;
  }

  static async load(ort, model, { words, characters }) {
    return new LanguageModel(ort, await ort.InferenceSession.create(model), words, characters);
  }

  /** Forgets all that was read. */
  restart() {
    for (const { name, shape } of this.#session.inputMetadata) {
      if (name === 'ids') continue;
      const width = shape.at(-1); // a state is [B, units]
      this.#states[name] = new this.#ort.Tensor('float32', new Float32Array(width), [1, width]);
    }
  }

  split(text) {
    if (this.characters) return [...text];
    return text.split(/\s+/).filter((word) => word);
  }

  join(symbols) {
    return symbols.join(this.characters ? '' : ' ');
  }

  id(symbol) {
    return this.ids.get(symbol) ?? this.unknown;
  }

  /** Reads on, and gives the log-probability of every symbol as the next. */
  async read(ids) {
    const feeds = { ids: new this.#ort.Tensor('int32', Int32Array.from(ids), [ids.length, 1]), ...this.#states };
    const out = await this.#session.run(feeds);
    for (const name of Object.keys(this.#states)) this.#states[name] = out[`${name}'`];
    return out.log_probabilities.data.slice(-this.words.length);
  }

  /** From the beginning: the end of a sentence, then the prompt. */
  async start(prompt) {
    this.restart();
    return this.read([this.ids.get(EOS), ...this.split(prompt).map((s) => this.id(s))]);
  }

  /** The ids from the likeliest on, without the unknown word. */
  ranked(logp) {
    return [...logp.keys()].filter((id) => id !== this.unknown).sort((a, b) => logp[b] - logp[a]);
  }

  /** Draws the next id; temperature 0 takes the likeliest. */
  draw(logp, temperature, random) {
    const order = this.ranked(logp);
    if (temperature === 0) return order[0];
    const weights = order.map((id) => Math.exp((logp[id] - logp[order[0]]) / temperature));
    let u = random() * weights.reduce((a, b) => a + b);
    return order[weights.findIndex((w) => (u -= w) < 0)] ?? order[0];
  }

  /** Pieces of text, one after the other. */
  async *generate(prompt, tokens, temperature, seed) {
    const random = generator(seed);
    let logp = await this.start(prompt);
    let atStart = this.split(prompt).length === 0;
    for (let i = 0; i < tokens; i++) {
      const id = this.draw(logp, temperature, random), word = this.words[id], end = word === EOS;
      yield end ? '\n' : (atStart || this.characters ? '' : ' ') + word;
      atStart = end;
      if (i + 1 < tokens) logp = await this.read([id]);
    }
  }
}

/** Numbers in [0, 1) from a seed: mulberry32. */
function generator(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
