import { describe, expect, test } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { chatgptConversation, chatgptExchange, openWebuiChat } from '../../support/imports/conversations.ts';
import { read, zip } from '../../support/imports/reading.ts';

const conversation = (title: string) => chatgptConversation(chatgptExchange(), { title });
const titles = ({ chats }: { chats: { title: string }[] }) => chats.map(({ title }) => title);
const manifest = (...files: unknown[]) => ({
  version: 1,
  logical_files: { 'conversations.json': { files, sharded: true } },
});

/** Overwrites a number in the last directory entry, which states the sizes of a file. */
function falsify(archive: Uint8Array, offset: number, value: number): Uint8Array {
  const bytes = Buffer.from(archive);
  const directory = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  bytes.writeUInt32LE(value, directory + offset);
  return bytes;
}
const unpackedSize = 24;

describe('ZIP files', () => {
  test('a ZIP file is refused if it contains no chats', async () => {
    await expect(read(zip({ 'cat.txt': 'miau' }))).rejects.toThrow('contains no chats');
  });

  test('a ZIP file is refused if it is not complete', async () => {
    const whole = zip({ 'conversations.json': [conversation('One')] });
    await expect(read(whole.subarray(0, whole.length - 30))).rejects.toThrow('damaged or incomplete');
  });

  test('a ZIP file of tens of thousands of files is refused before it is unpacked', async () => {
    const many = (count: number, extension: string) =>
      zip(Object.fromEntries(Array.from({ length: count }, (_, at) => [`${at}.${extension}`, ''])));
    await expect(read(many(20_001, 'png'))).rejects.toThrow('more than 20,000 entries');
    await expect(read(many(5_001, 'json'))).rejects.toThrow('more than 5,000 JSON files');
  });

  test('a ZIP file is refused if it has more entries than any export', async () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`${at}.dat`, '']));
    await expect(read(zip(files), { zipEntries: 10 })).rejects.toThrow('more than 10 entries');
  });

  test('a ZIP file is refused if its chats are too large together', async () => {
    const files = {
      'conversations-000.json': [conversation('One')],
      'conversations-001.json': [conversation('Two')],
    };
    await expect(read(zip(files), { unpackedBytes: 1_500 })).rejects.toThrow('are larger than');
  });
});

describe('decompression bombs', () => {
  const huge = `[${' '.repeat(20_000_000)}]`;

  test('a decompression bomb is not opened if it states its size, and the other files are imported', async () => {
    const result = await read(
      zip({ 'conversations-000.json': huge, 'conversations-001.json': [conversation('One')] }),
    );
    expect(titles(result)).toEqual(['One']);
    expect(result.failures).toMatchObject([
      { title: 'conversations-000.json', reason: expect.stringContaining('suspiciously large') },
    ]);
  });

  test('a decompression bomb is unpacked up to the size it states if that is wrong', async () => {
    const result = await read(falsify(zip({ 'conversations.json': huge }), unpackedSize, 1_000)).catch(
      String,
    );
    expect(result).toContain('damaged inside the ZIP file');
  });
});

describe('ChatGPT exports', () => {
  test('a ChatGPT export is imported from its ZIP file, and other files are ignored', async () => {
    const files = {
      'user.json': { id: 'user-1' },
      'chat.html': '<html>',
      'conversations.json': [conversation('One'), conversation('Two')],
      'shared_conversations.json': [{ id: 'x' }],
      'file-1.dat': 'bytes',
    };
    expect(await read(zip(files)).then(titles)).toEqual(['One', 'Two']);
  });

  test('a ChatGPT export is imported from all its conversation files in order, listed or not', async () => {
    const files = {
      'conversations-010.json': [conversation('Ten')],
      'conversations-002.json': [conversation('Two')],
      'conversations-001.json': [conversation('One')],
      'export_manifest.json': manifest('conversations-001.json', 'conversations-002.json'),
    };
    const result = await read(zip(files));
    expect(titles(result)).toEqual(['One', 'Two', 'Ten']);
    expect(result.total).toBe(3);
  });

  test('a ChatGPT export reports files that are listed but missing', async () => {
    const files = {
      'conversations-000.json': [conversation('Zero')],
      'export_manifest.json': manifest('conversations-000.json', 'conversations-001.json'),
    };
    const result = await read(zip(files));
    expect(titles(result)).toEqual(['Zero']);
    expect(result.failures).toMatchObject([
      { title: 'conversations-001.json', reason: expect.stringContaining('does not contain it') },
    ]);
  });

  test('a ChatGPT export is imported even if its manifest is invalid', async () => {
    const manifests = [
      'not JSON',
      null,
      [],
      { logical_files: 5 },
      manifest(null, 7, '', {}),
      manifest(manifest()),
    ];
    for (const content of manifests) {
      const files = { 'export_manifest.json': content, 'conversations.json': [conversation('One')] };
      expect(await read(zip(files))).toMatchObject({ chats: [{ title: 'One' }], failures: [] });
    }
  });

  test('a ChatGPT export is imported without regard to the paths in the archive', async () => {
    const files = {
      '../../../../tmp/evil/conversations-000.json': [conversation('Up')],
      '/etc/conversations-001.json': [conversation('Root')],
      'C:\\export\\conversations-002.json': [conversation('Drive')],
      '__MACOSX/._conversations.json': 'shadow',
    };
    const result = await read(zip(files));
    expect(titles(result)).toEqual(['Up', 'Root', 'Drive']);
    expect(result.failures).toEqual([]);
  });

  test('a ChatGPT export is imported except for damaged files', async () => {
    const files = zipSync({
      'conversations-000.json': strToU8(JSON.stringify([conversation('Zero')])),
      'conversations-001.json': strToU8('nonsense'),
    });
    const result = await read(files);
    expect(titles(result)).toEqual(['Zero']);
    expect(result.failures).toMatchObject([{ title: 'conversations-001.json' }]);
  });
});

test('a ZIP file of single chats is imported file by file', async () => {
  const files = {
    'a.json': openWebuiChat({ title: 'A' }),
    'b/c.json': openWebuiChat({ title: 'C' }),
    'd.txt': 'x',
  };
  expect(await read(zip(files)).then(titles)).toEqual(['A', 'C']);
});
