import path from 'node:path';
import { readEnv } from '../platform/env.ts';
import { backupDatabase, type Backup } from './backup/backupDatabase.ts';
import { misused, runCommand, exitCodes } from './common/commandLine.ts';
import { dumpAdvice } from './common/postgresTools.ts';

const keepDefault = 7;

const usage = `Backs up the SQLite database and the secret key, also while the server runs:
  npm run backup [-- --to FOLDER] [--keep N]
  --to FOLDER  where backups are kept (default: backups in DATA_DIR)
  --keep N     how many to keep; older ones are deleted (default: ${keepDefault})
Exit code: 0 backed up and checked, 1 failed, 2 wrong arguments, or an instance with PostgreSQL.`;

const options = { to: { type: 'string' }, keep: { type: 'string' } } as const;

function parseKeep(text = String(keepDefault)): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw misused('--keep must be a whole number from 1.');
  return Number(text);
}

const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);

const report = ({ file, bytes, keyFile, removed }: Backup) =>
  [
    `Backed up and checked: ${file} (${mebibytes(bytes)} MiB)`,
    keyFile
      ? `Its secret key: ${keyFile}. Keep both; together they open everything, so store them safely.`
      : 'IMPORTANT: WEBUI_SECRET_KEY is not part of the backup. Keep it: without it, stored API keys cannot be read and everyone must sign in again.',
    ...(removed.length > 0 ? [`Deleted older backups: ${removed.join(', ')}`] : []),
    'Copy the backup to another machine: a copy on the same disk is lost with it.',
  ].join('\n');

await runCommand({
  usage,
  options,
  async run({ values, positionals }) {
    if (positionals.length > 0) throw misused(`Unexpected argument: ${positionals[0]}.`);
    const keep = parseKeep(values.keep);
    const env = readEnv();
    if (env.DATABASE_URL) {
      process.stderr.write(`${dumpAdvice(env.DATABASE_URL)}\n`);
      return exitCodes.misused;
    }
    const folder = values.to ?? path.join(env.DATA_DIR, 'backups');
    process.stdout.write(`${report(await backupDatabase({ env, folder, keep }))}\n`);
  },
});
