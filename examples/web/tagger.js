// A tagger as Recurve exports it: words and their characters in, tags out, decoded in the graph.

const UNKNOWN = '<unk>';

export class Tagger {
  #ort;
  #session;
  #words;
  #letters;

  constructor(ort, session, description) {
    this.#ort = ort;
    this.#session = session;
    this.about = description;
    this.#words = ids(description.words);
    this.#letters = ids(description.characters ?? []);
  }

  static async load(ort, model, description) {
    return new Tagger(ort, await ort.InferenceSession.create(model), description);
  }

  /** Words, and what follows a word directly: stops and the like. */
  split(text) {
    return text.match(/[\p{L}\p{N}][\p{L}\p{N}'’.-]*[\p{L}\p{N}]|[\p{L}\p{N}]|[^\s\p{L}\p{N}]/gu) ?? [];
  }

  #tensor(data, ...dims) {
    return new this.#ort.Tensor('int32', Int32Array.from(data), dims);
  }

  /** The tag of each word. */
  async tag(words) {
    const { lowercase, tags } = this.about, n = words.length;
    const id = (word) => this.#words.get(lowercase ? word.toLowerCase() : word) ?? this.#words.get(UNKNOWN);
    const feeds = { ids: this.#tensor(words.map(id), n, 1), lengths: this.#tensor([n], 1) };
    if (this.about.characters) Object.assign(feeds, this.#spellings(words));
    const out = await this.#session.run(feeds);
    return this.#asInText([...out.tags.data].map((tag) => tags[Number(tag)]));
  }

  /** Characters of each word, [letters, words], padded; the words are all told apart. */
  #spellings(words) {
    const letters = words.map((word) => [...word].map((c) => this.#letters.get(c) ?? this.#letters.get(UNKNOWN)));
    const n = words.length, longest = Math.max(...letters.map((word) => word.length));
    const padded = Array.from({ length: longest * n }, (_, i) => letters[i % n][Math.floor(i / n)] ?? 0);
    return {
      'characters.ids': this.#tensor(padded, longest, n),
      'characters.lengths': this.#tensor(letters.map((word) => word.length), n),
      'characters.words': this.#tensor(words.keys(), n, 1),
    };
  }

  /** A model may have learnt BIOES where its text had BIO: a span's end and a lone word are told by other letters. */
  #asInText(tags) {
    const known = new Set(this.about.textTags);
    return tags.map((tag) => (known.has(tag) ? tag : tag.replace(/^S-/, 'B-').replace(/^E-/, 'I-')));
  }
}

function ids(words) {
  return new Map(words.map((word, id) => [word, id]));
}
