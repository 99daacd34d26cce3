// Standard input: {"weights": {field: boost}, "documents": [{id, field: terms…}], "queries": [terms], "depth": n},
// terms between spaces. Standard output: for each query the ids found, best first.
import { readFileSync } from "node:fs";
import MiniSearch from "minisearch";

const { weights, documents, queries, depth } = JSON.parse(readFileSync(0, "utf8"));
const index = new MiniSearch({
  fields: Object.keys(weights),
  tokenize: (text) => text.split(" ").filter(Boolean),
  processTerm: (term) => term,
});
index.addAll(documents);
const found = queries.map((query) => index.search(query, { boost: weights }).slice(0, depth).map(({ id }) => id));
process.stdout.write(JSON.stringify(found));
