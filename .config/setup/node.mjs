/** Node 20.19: the first that loads every package we use. The same number stands in package.json under engines. */
const OLDEST = [20, 19];

/** Stops with a word to a person when this Node is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  console.error(`Parley needs Node ${OLDEST.join('.')} or newer; this is ${process.version}.`);
  process.exit(1);
}
