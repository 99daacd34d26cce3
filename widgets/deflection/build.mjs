// The modules, in one file: bundled and minified, its style sheet too. It fails above what the widget may weigh.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const MOST = 8000; // bytes, gzip
const here = new URL(".", import.meta.url);

/** styles.js holds its sheet in a template literal, which esbuild leaves as it is. */
const sheets = {
  name: "sheets",
  setup({ onLoad }) {
    onLoad({ filter: /styles\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const [before, css, after] = source.split("`");
      const { code } = await transform(css, { loader: "css", minify: true, target: "es2022" });
      return { contents: [before, code.trim().replaceAll("\\", "\\\\"), after].join("`"), loader: "js" };
    });
  },
};

const { outputFiles } = await build({
  absWorkingDir: decodeURIComponent(here.pathname),
  entryPoints: ["sportello.js"],
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "esm",
  target: "es2022",
  legalComments: "none",
  plugins: [sheets],
  write: false,
});
const [{ contents }] = outputFiles;
const size = gzipSync(contents, { level: 9 }).length;
await mkdir(new URL("dist", here), { recursive: true });
console.log(`sportello.js: ${contents.length} bytes, ${size} gzip (at most ${MOST})`);
if (size > MOST) {
  console.error(`The widget is ${size - MOST} bytes too heavy: it is not built.`);
  process.exit(1);
}
await writeFile(new URL("dist/sportello.js", here), contents);
