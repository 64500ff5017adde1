/** The first Node version that runs all our packages. Keep equal to `engines` in package.json. */
const OLDEST = [20, 19];

/** Exits with a message if this Node is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  console.error(`Parley needs Node ${OLDEST.join('.')} or newer; this is ${process.version}.`);
  process.exit(1);
}
