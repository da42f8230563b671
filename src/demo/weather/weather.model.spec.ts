import { describe, expect, it } from 'vitest';
import { conditionsAt } from './weather.model.js';

const anchorage = { latitude: 61.2, longitude: -150 };
const sydney = { latitude: -33.9, longitude: 151.2 };
const july = new Date('2001-07-20T08:00:00Z');
const january = new Date('2001-01-20T08:00:00Z');

describe('conditionsAt', () => {
  it('returns the same weather all day, and another on another day', () => {
    const later = new Date('2001-07-20T23:59:59Z');
    expect(conditionsAt(sydney, later)).toEqual(conditionsAt(sydney, july));
    expect(conditionsAt(sydney, january)).not.toEqual(conditionsAt(sydney, july));
  });

  it('returns warmer weather in summer, which is January on the southern hemisphere', () => {
    const degrees = (place: typeof sydney, date: Date) => conditionsAt(place, date).temperatureCelsius;
    expect(degrees(anchorage, july)).toBeGreaterThan(degrees(anchorage, january));
    expect(degrees(sydney, january)).toBeGreaterThan(degrees(sydney, july));
  });
});
