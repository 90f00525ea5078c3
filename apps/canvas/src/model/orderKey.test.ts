import { describe, expect, it } from 'vitest';
import { clientKeyBetween, keyBetween, seedKey } from './orderKey';

describe('order keys', () => {
  it('counts seeds in base 62 with a head for the number of digits', () => {
    expect([0, 1, 10, 35, 36, 61, 62, 63].map(seedKey)).toEqual([
      'a0',
      'a1',
      'aA',
      'aZ',
      'aa',
      'az',
      'b00',
      'b01',
    ]);
  });

  it('sorts seeds by bytes as by number', () => {
    const keys = Array.from({ length: 5000 }, (_, i) => seedKey(i));
    expect([...keys].sort()).toEqual(keys);
  });

  it('takes integers where there is room and the shortest fraction where not', () => {
    expect(keyBetween(null, null)).toBe('a0');
    expect(keyBetween('a0', null)).toBe('a1');
    expect(keyBetween('az', null)).toBe('b00');
    expect(keyBetween(null, 'a0')).toBe('Zz');
    expect(keyBetween('a0', 'a5')).toBe('a1');
    expect(keyBetween('a0', 'a1')).toBe('a0V');
    expect(keyBetween(null, 'a3V')).toBe('a3');
  });

  it('always lies strictly between, also after many insertions at one place', () => {
    let low = 'a0';
    let high = 'a1';
    for (let i = 0; i < 200; i++) {
      const key = i % 2 === 0 ? clientKeyBetween(low, high) : keyBetween(low, high);
      expect(key > low && key < high).toBe(true);
      if (i % 3 === 0) low = key;
      else high = key;
    }
  });

  it('appends after the last and never ends in 0', () => {
    let last: string | null = null;
    for (let i = 0; i < 300; i++) {
      const next = clientKeyBetween(last, null);
      expect(last === null || next > last).toBe(true);
      expect(next.endsWith('0')).toBe(false);
      last = next;
    }
  });
});
