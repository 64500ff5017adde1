import { readEnv, type Env } from '../platform/env.ts';
import { describe, exitCodes, misused, runCommand } from './common/commandLine.ts';
import { checkProxies, checkUrl } from './doctor/addressChecks.ts';
import { checkDatabase } from './doctor/databaseChecks.ts';
import { fault, line, type Finding } from './doctor/finding.ts';
import { checkRedis } from './doctor/redisChecks.ts';
import { checkFolder, checkModes, checkNode, checkPort, checkSpace } from './doctor/machineChecks.ts';

const usage = `Checks this instance, changes nothing, and says what to do. Run it as the user that runs the server.
  npm run doctor [-- --json]
Exit code: 0 no faults (perhaps warnings), 1 faults, 2 wrong arguments.`;

const checksOf = async (env: Env): Promise<Finding[]> => [
  checkNode(env.appRoot),
  checkFolder(env),
  ...checkModes(env),
  ...checkSpace(env),
  ...(await checkDatabase(env)),
  ...(await checkRedis(env)),
  checkUrl(env),
  checkProxies(env),
  await checkPort(env),
];

async function findings(): Promise<Finding[]> {
  let env: Env;
  try {
    env = readEnv();
  } catch (error) {
    return [fault('Environment', describe(error), 'Correct these variables; README.md lists all.')];
  }
  return checksOf(env);
}

const summary = (found: Finding[]) => {
  const [faults, warnings] = (['fault', 'warning'] as const).map(
    (state) => found.filter((finding) => finding.state === state).length,
  );
  return faults === 0 && warnings === 0 ? 'Everything is fine.' : `Faults: ${faults}. Warnings: ${warnings}.`;
};

await runCommand({
  usage,
  options: { json: { type: 'boolean' } },
  async run({ values, positionals }) {
    if (positionals.length > 0) throw misused(`Unexpected argument: ${positionals[0]}.`);
    const found = await findings();
    const text = values.json ? JSON.stringify(found) : [...found.map(line), '', summary(found)].join('\n');
    process.stdout.write(`${text}\n`);
    return found.some(({ state }) => state === 'fault') ? exitCodes.failed : exitCodes.done;
  },
});
