import { describe, expect, it } from 'vitest';
import { type CsvColumn, writeCsv } from './csv.ts';

const column = (name: string): CsvColumn<Record<string, ReturnType<CsvColumn<never>['value']>>> => ({
  name,
  value: (row) => row[name],
});

describe('writeCsv', () => {
  it('writes a head line and a line for each row, ended as RFC 4180 says', () => {
    expect(writeCsv([column('a'), column('b')], [{ a: 1, b: 'x' }, { a: 1e-5 }])).toBe('a,b\r\n1,x\r\n0.00001,\r\n');
    expect(writeCsv([column('a')], [])).toBe('a\r\n');
  });

  it.each([
    [null, ''],
    [undefined, ''],
    [Number.NaN, ''],
    [Number.POSITIVE_INFINITY, ''],
    [-0.5, '-0.5'],
    [false, 'false'],
    [[], ''],
    [['a', 'b'], '"a, b"'],
    ['say "hi", you', '"say ""hi"", you"'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['-2,5', '"\'-2,5"'],
  ])('writes %j as %s', (value, text) => {
    expect(writeCsv([column('a')], [{ a: value }])).toBe(`a\r\n${text}\r\n`);
  });

  it('refuses two columns of one name', () => {
    expect(() => writeCsv([column('a'), column('a')], [])).toThrow('Two columns are called a');
  });
});
