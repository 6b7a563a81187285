import { expect, it } from 'vitest';
import { facetFacts, facets } from '@/lib/runs/facets.ts';
import { runQuerySchema } from '@/lib/runs/query.ts';
import { isFiltered, loadRunsState, queryOf, searchOf } from './runs-url.ts';

it('derives the query from a URL', () => {
  const state = loadRunsState(new URLSearchParams('q=flip&n_unfreeze=0,30&optimizer=adamw&status=failed&sort=val'));
  expect(runQuerySchema.parse(queryOf(state))).toMatchObject({
    filter: { search: 'flip', n_unfreeze: [0, 30], optimizer: ['adamw'], status: ['failed'] },
    sort: { column: 'val', descending: true },
  });
});

it('includes every filter in export URLs, and only the sort order if nothing is filtered', () => {
  const all = loadRunsState(new URLSearchParams());
  expect(isFiltered(all)).toBe(false);
  expect(searchOf(all)).toBe('sort=createdAt&order=desc');
  for (const facet of facets) {
    expect(all[facet]).toEqual([]);
    const { isInteger, values } = facetFacts(facet);
    const value = isInteger ? '30' : (values?.[0] ?? 'a word');
    const state = loadRunsState(new URLSearchParams({ [facet]: value }));
    expect(isFiltered(state)).toBe(true);
    expect(new URLSearchParams(searchOf(state)).get(facet)).toBe(value);
  }
});

const invalidTexts = {
  'a long text': 'a'.repeat(5000),
  'many values': Array.from({ length: 500 }, (_, index) => index).join(','),
  'a number that is too large': '1e30,99999999999999999999',
  'a fraction, a sign, nothing': '0.5,-1,NaN,',
};
it.each(Object.entries(invalidTexts))('derives a valid query from a URL with %s', (_, text) => {
  for (const name of ['q', 'sort', 'order', ...facets]) {
    const query = queryOf(loadRunsState(new URLSearchParams({ [name]: text })));
    expect(runQuerySchema.safeParse(query).error).toBeUndefined();
  }
});
