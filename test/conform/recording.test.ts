/** Files that are no recordings, or damaged ones, are told by line; nothing of the model is blamed. */
import { expect, test } from 'vitest';
import { parseRecording, RecordingError } from '../../src/conform/recording.ts';
import { replay } from '../../src/conform/replay.ts';
import { recordingText } from './golden_recordings.ts';

const TEXT = recordingText('5.4/reuse1-enc0');
const LINES = TEXT.split('\n');

/** The recording with a replacement made in one line (counted from 1). */
function spoiled(line: number, pattern: string | RegExp, replacement: string): string {
  const changed = LINES[line - 1]!.replace(pattern, replacement);
  expect(changed).not.toBe(LINES[line - 1]);
  return LINES.toSpliced(line - 1, 1, changed).join('\n');
}

test.each<[string, string, number, RegExp]>([
  ['nothing', '', 1, /empty/],
  ['blank lines', '\n\n', 1, /empty/],
  ['other JSON', '{"format":"other/1"}', 1, /not a recording/],
  ['prose', 'hello', 1, /not a recording/],
  ['a list', '[1]', 1, /not a recording/],
  ['null', 'null', 1, /not a recording/],
  ['a header alone', LINES[0]!, 1, /no steps/],
  ['a cut line', TEXT.slice(0, 3000), 8, /not JSON; the file may be cut short/],
  ['an unknown kernel', spoiled(1, /"5\.4\.0[^"]*"/, '"minix"'), 1, /"minix" must be a kernel release/],
  ['an unknown scheduler', spoiled(1, '"rr"', '"random"'), 1, /no scheduler random/],
  ['an unknown sysctl', spoiled(1, 'vs.conntrack', 'vs.nothing'), 1, /no sysctl net\.ipv4\.vs\.nothing/],
  ['a strange clock', spoiled(1, '"hz": 100', '"hz": 60'), 1, /header's "hz"/],
  ['other jiffies', spoiled(1, '4294937296', '0'), 1, /initialJiffies/],
  ['a bad address', spoiled(1, '10.96.0.10:80', '10.96.0.300:80'), 1, /not an address/],
  ['a fractional weight', spoiled(1, '"weight": 1', '"weight": 0.5'), 1, /realServers\.0\.weight/],
  ['an unknown operation', spoiled(3, '"server"', '"reboot"'), 3, /step's "op"/],
  ['text for a number', spoiled(3, /"len":\d+/, '"len":"x"'), 3, /step's "len"/],
  ['a huge number', spoiled(3, /"seq":\d+/, '"seq":1e300'), 3, /step's "seq"/],
  ['a packet without source', spoiled(3, /"src":"[^"]*",/, ''), 3, /needs "src"/],
  ['a strange flag', spoiled(3, '"SA"', '"SX"'), 3, /unknown TCP flag "X"/],
  ['a short row', spoiled(2, /,59\]/, ']'), 2, /ipvs\.0/],
  ['time running backwards', spoiled(3, /"at":[\d.]+/, '"at":0.1'), 3, /begins before/],
  ['a step far in the future', spoiled(3, /"at":[\d.]+/, '"at":1e18'), 3, /step's "at"/],
])('%s', (_, text, line, message) => {
  let error: unknown = null;
  try {
    replay(parseRecording(text));
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(RecordingError);
  expect((error as RecordingError).message).toMatch(message);
  expect((error as RecordingError).line).toBe(line);
});
