import { describe, expect, test } from '@jest/globals';
import { messageForAdmins, messageForMembers } from '../../../server/src/features/models/serverMessage.ts';

const connection = { baseUrl: 'http://tortoise.inner.example:8000/v1', apiKey: 'SECRETKEYOFOURS' };
const forMembers = (message: string) => messageForMembers({ message }, connection);
const forAdmins = (message: string) => messageForAdmins({ message }, connection);

describe('what members see of the message of a model server', () => {
  test.each([
    'CUDA out of memory',
    'Slow down!',
    'model "x" not found, try pulling it first',
    'CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 23.65 GiB total capacity)',
    "This model's maximum context length is 8192 tokens. However, you requested 9,000 tokens.",
    'max_tokens must be at most 4096',
    'Overloaded (try again in 20s)',
    'Der Speicher ist voll: 99 % belegt.',
    '模型不存在',
  ])('contains it in full if it has nothing to hide: %s', (message) => {
    expect(forMembers(message)).toBe(message);
  });

  test.each([
    ['http://10.0.0.7:8000/v1/chat refused', '10'],
    ['HTTPS://llm.inner.example refused', 'inner'],
    ['unix:///var/run/llm.sock refused', 'sock'],
    ['dial tcp 10.0.0.7:8000: refused', '10'],
    ['dial tcp 10.0.0.7: refused', '10.'],
    ['peer 10.0.0.7, refused', '10.'],
    ['peer (10.0.0.7) refused', '10.'],
    ['peer 10-0-0-7 refused', '10-'],
    ['peer 10,0,0,7 refused', '10,'],
    ['peer 0x0a000007 refused', '0x'],
    ['peer 2852039166 refused', '285'],
    ['peer [fd00::7]:8000 refused', 'fd00'],
    ['peer fd00::7 refused', 'fd00'],
    ['peer ::1 refused', '::1'],
    ['peer 10。0。0。7 refused', '0。'],
    ['peer １０.0.0.7 refused', '0.0'],
    ['lookup gpubox.corp.local: no such', 'corp'],
    ['lookup gpubox: no such', 'gpubox'],
    ['no such host gpubox here', 'gpubox'],
    ['no such host "gpubox" here', 'gpubox'],
    ['no such host: gpubox', 'gpubox'],
    ['cannot resolve hostname=gpubox here', 'gpubox'],
    ['pod vllm-llama-7d9f-xkq2 evicted', 'vllm'],
    ['worker gpu-node-three lost', 'node'],
    ['worker gpu7 lost', 'gpu7'],
    ['localhost refused', 'localhost'],
    ['TORTOISE refused', 'TORTOISE'],
    ['connection to tortoise refused', 'tortoise'],
    ['cannot open /srv/models/llama.gguf here', 'srv'],
    ['cannot open ~/models here', 'models'],
    ['cannot open ./models/x here', 'models'],
    ['cannot open C:\\Models\\llama here', 'Models'],
    ['cannot open \\\\share\\models here', 'share'],
    ['cannot open "/srv/my models/x" here', 'srv'],
    ['cannot open /srv here', 'srv'],
    ['cannot open weights.bin here', 'bin'],
    ['key SECRETKEYOFOURS rejected', 'SECRET'],
    ['key secretkeyofours rejected', 'secret'],
    ['Bearer SECRETKEYOFOURS rejected', 'SECRET'],
    ['key sk-proj-abcDEF123 rejected', 'abc'],
    ['key AKIAIOSFODNN7EXAMPLE rejected', 'AKIA'],
    ['token eyJhbGciOiJIUzI1NiJ9.e30.sig rejected', 'eyJ'],
    ['password hunter rejected', 'hunter'],
    ['password: hunter rejected', 'hunter'],
    ['api_key=hunter rejected', 'hunter'],
    ['user=root rejected', 'root'],
    ['user root rejected', 'root'],
    ['mail ops@corp.example please', 'ops'],
    ['organization org-AbC123 over quota', 'org-'],
    ['hash deadbeefdeadbeefdeadbeefdeadbeef here', 'dead'],
    ['request 123e4567-e89b-12d3-a456-426614174000 failed', 'e89b'],
    ['peer http%3A%2F%2F10.0.0.7 refused', '10.'],
    ['peer <b>10.0.0.7</b> refused', '10.'],
    ['peer 10.\u200b0.0.7 refused', '10.'],
    ['peer\u00a010.0.0.7\u00a0refused', '10.'],
  ])('hides addresses, hosts, paths, keys and ids: %s', (message, hidden) => {
    expect(forMembers(message)).not.toContain(hidden);
    expect(forAdmins('At 10.0.0.7')).toBe('At 10.0.0.7');
  });

  test('keeps the rest of a message that hides something', () => {
    expect(forMembers('Rate limit reached for org-AbC123 on requests per min. Limit: 3, used: 3.')).toBe(
      'Rate limit reached for … on requests per min. Limit: 3, used: 3.',
    );
  });

  test.each([
    ['mostly hidden', '10.0.0.7:80 10.0.0.8:80 down'],
    ['only hidden', '/srv/llm'],
    ['longer than 300 characters', 'word '.repeat(100)],
    ['of several lines', 'Traceback (most recent call last):\n  File "x.py", line 3, in generate\nError'],
    ['a web page', '<html><body>Bad gateway</body></html>'],
    ['empty', ' '],
  ])('is nothing if it is %s', (_what, message) => {
    expect(forMembers(message)).toBe('');
  });

  test.each([[undefined], [null], [7], [{}], [{ message: 7 }], [['x']]])(
    'is nothing if it is no text: %j',
    (body) => {
      expect(messageForMembers(body, connection)).toBe('');
    },
  );
});

describe('what admins see of the message of a model server', () => {
  test('is one line with its addresses, without keys', () => {
    expect(
      forAdmins('At http://10.0.0.7/v1\n\tkey SECRETKEYOFOURS or sk-proj-abcDEF123 or Bearer abc.def'),
    ).toBe('At http://10.0.0.7/v1 key … or … or Bearer …');
  });

  test('is shortened to 300 characters', () => {
    expect(forAdmins('x'.repeat(5_000))).toBe(`${'x'.repeat(300)}…`);
  });
});
