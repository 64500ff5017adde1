import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { compile, compileModule } from 'svelte/compiler';

const own = readFileSync(new URL(import.meta.url), 'utf8');
const versions = ['esbuild', 'svelte'].map((name) =>
  readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8'),
);

/** Removes types and creates a source map, so that stack traces show the lines of the source. */
function stripTypes(source, file) {
  const { code, map } = transformSync(source, {
    loader: 'ts',
    format: 'esm',
    target: 'es2022',
    sourcemap: 'external',
    sourcefile: file,
    define: { 'import.meta.env': '{"DEV":true,"PROD":false,"MODE":"test","BASE_URL":"/"}' },
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  return { code, map };
}

function transform(source, file) {
  if (file.endsWith('.css')) return { code: 'export default "";' };
  if (file.endsWith('.svelte')) {
    const { js } = compile(source, { filename: file, generate: 'client', dev: true, css: 'injected' });
    return { code: js.code, map: JSON.stringify(js.map) };
  }
  const stripped = stripTypes(source, file);
  if (!/\.svelte\.(ts|js)$/.test(file)) return stripped;
  return { code: compileModule(stripped.code, { filename: file, generate: 'client', dev: true }).js.code };
}

/** Jest's transform for .ts, .svelte and .svelte.ts files, including packages that ship Svelte sources. */
export default {
  process: transform,
  getCacheKey: (source, file) =>
    createHash('sha256')
      .update([source, file, own, ...versions].join('\0'))
      .digest('hex'),
};
