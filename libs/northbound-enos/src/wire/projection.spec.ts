import { describe, expect, it } from '@jest/globals';
import { project } from './projection.js';

const planet = {
  modelId: 'planet',
  name: { defaultValue: 'venus', i18nValue: { en_US: 'Venus' } },
  distances: [
    { towards: 'sun', distance: '0.7 au' },
    { towards: 'jupiter', distance: '4.2 au' },
  ],
  tags: null,
};

describe('a projection', () => {
  it('keeps everything where it is left out, and what it names otherwise', () => {
    expect(project(planet, undefined)).toBe(planet);
    expect(project(planet, ['modelId', 'name.defaultValue', 'distances[*].towards'])).toEqual({
      modelId: 'planet',
      name: { defaultValue: 'venus' },
      distances: [{ towards: 'sun' }, { towards: 'jupiter' }],
    });
  });

  it.each([[['nothing']], [['constructor']], [['__proto__']], [['']], [['.']], [[]]])('keeps nothing for %j', (paths) =>
    expect(project(planet, paths)).toEqual({}),
  );

  it('gives the whole of what a shorter path names, and a value where a path goes too deep', () => {
    expect(project(planet, ['name', 'tags.a', 'modelId.length'])).toEqual({
      name: planet.name,
      tags: null,
      modelId: 'planet',
    });
  });
});
