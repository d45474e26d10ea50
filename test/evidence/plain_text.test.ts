/** What terminals, mail and web pages add to an output is taken away, and each line stays where it is. */
import { expect, test } from 'vitest';
import { plainText } from '../../src/evidence/plain_text.ts';
import { recognise } from '../../src/evidence/recognise.ts';

const PASTED = `[admin@lb-3 ~]# ipvsadm -Ln
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.4.4:80 rr
  -> 10.244.4.5:8080              Masq    1      2          7

[admin@lb-3 ~]# uname -r
5.4.0-42-generic
`;
const lines = (of: (line: string) => string) => PASTED.split('\n').map(of).join('\n');
const coloured = PASTED.replaceAll('[admin', '\u001b[01;32m[admin')
  .replaceAll('~]#', '~]\u001b[00m#')
  .replace('TCP', '\u001b[01;31m\u001b[KTCP\u001b[m\u001b[K')
  .replace('uname', '\u001b]0;a title\u0007uname');

test.each([
  ['as it was printed', PASTED],
  ['with colours and a title', coloured],
  ['with the line ends of Windows', PASTED.replaceAll('\n', '\r\n')],
  ['with a byte order mark', `\ufeff${PASTED}`],
  ['quoted', lines((line) => `> ${line}`)],
  ['quoted twice', lines((line) => `>> ${line}`)],
  ['indented', lines((line) => (line === '' ? '' : `    ${line}`))],
  ['with blanks of a web page', PASTED.replaceAll(' ', '\u00a0')],
])('%s', (_, text) => {
  expect(plainText(text)).toBe(PASTED);
});

test('an indented block ends where something stands further left', () => {
  const text = `We see this:\n\n    IPVS connection entries\n    pro expire state\n\nand nothing else\n  of that kind`;
  expect(plainText(text).split('\n').slice(2)).toEqual([
    'IPVS connection entries',
    'pro expire state',
    '',
    'and nothing else',
    '  of that kind',
  ]);
});

test('what is indented by itself stays so', () => {
  const yaml = 'kind: Service\nspec:\n\n  ports:\n  - port: 80\n';
  expect(plainText(yaml)).toBe(yaml);
  const row = '  -> 10.244.4.5:8080              Masq    1      2          7\n';
  expect(plainText(row)).toBe(row);
});

test('places are those of the file', () => {
  const { recognised } = recognise(plainText(lines((line) => `> ${line}`)), 'a');
  expect(recognised.map(({ from, to, title }) => [from, to, title])).toEqual([
    [2, 6, 'ipvsadm -Ln'],
    [9, 9, 'the name of a kernel'],
  ]);
  expect(recognised.flatMap(({ facts }) => facts.map(({ host }) => host))).toEqual(['lb-3', 'lb-3', 'lb-3']);
});
