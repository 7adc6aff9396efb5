import { describe, expect, it } from 'vitest';
import type { Question } from '../../../src/model/scenario.ts';
import { isRight } from '../../../src/session/answers.ts';

describe('isRight', () => {
  const question = (answer: Question['answer']): Question => ({
    id: 'q',
    ask: 'How many, in MB?',
    answer,
    explain: '',
  });
  it.each<[Question['answer'], string, boolean]>([
    [{ type: 'choice', choices: ['a', 'b'], right: 1 }, '1', true],
    [{ type: 'choice', choices: ['a', 'b'], right: 1 }, '0', false],
    [{ type: 'exact', text: 'Replica' }, ' replica ', true],
    [{ type: 'exact', text: 'Replica' }, 'replicas', false],
    [{ type: 'number', value: 3 }, '3.0', true],
    [{ type: 'number', value: 0 }, '', false],
    [{ type: 'number', value: 0 }, 'none', true],
    [{ type: 'number', value: 3 }, ' Three. ', true],
    [{ type: 'number', value: 3 }, 'three rows', true],
    [{ type: 'number', value: 3 }, '~3', true],
    [{ type: 'number', value: 3 }, 'not 3', false],
    [{ type: 'number', value: 3 }, '2 or 3', false],
    [{ type: 'number', value: 3 }, '3,5', false],
    [{ type: 'number', value: 1000 }, '1,000', true],
    [{ type: 'number', value: 21 }, 'twenty one', true],
    [{ type: 'number', value: 16 }, '16MB', true],
    [{ type: 'number', value: 16 }, '16 megabytes', true],
    [{ type: 'number', value: 16 }, '16 kB', false],
    [{ type: 'exact', text: '\\N' }, '\\n', true],
    [{ type: 'exact', text: 'pg_wal' }, ' "PG_WAL". ', true],
    [{ type: 'exact', text: 'of the  server' }, 'Of the server.', true],
    [{ type: 'exact', text: '.' }, '.', true],
    [{ type: 'choice', choices: ['a', 'b'], right: 0 }, '', false],
    [{ type: 'pattern', pattern: '^t(rue)?$', example: 't' }, 'True', true],
    [{ type: 'pattern', pattern: '^t(rue)?$', example: 't' }, 'untrue', false],
  ])('%j answered with “%s”: %s', (answer, given, right) => {
    expect(isRight(question(answer), given)).toBe(right);
  });

  it('says so where a pattern takes too long to tell', () => {
    const slow = question({ type: 'pattern', pattern: '^(a+)+$', example: 'a' });
    expect(() => isRight(slow, `${'a'.repeat(60)}!`)).toThrow('takes longer than 500 ms');
  });
});
