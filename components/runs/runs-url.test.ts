import { expect, it } from 'vitest';
import { facets } from '@/lib/runs/columns.ts';
import { runQuerySchema } from '@/lib/runs/query.ts';
import { loadRunsState, queryOf } from './runs-url.ts';

it('asks for the runs that an address names', () => {
  const state = loadRunsState(new URLSearchParams('q=flip&n_unfreeze=0,30&optimizer=adamw&status=failed&sort=val'));
  expect(runQuerySchema.parse(queryOf(state))).toMatchObject({
    filter: { search: 'flip', n_unfreeze: [0, 30], optimizer: ['adamw'], status: ['failed'] },
    sort: { column: 'val', descending: true },
  });
});

const nonsense = {
  'a long text': 'a'.repeat(5000),
  'many values': Array.from({ length: 500 }, (_, index) => index).join(','),
  'a number that is too large': '1e30,99999999999999999999',
  'a fraction, a sign, nothing': '0.5,-1,NaN,',
};
it.each(Object.entries(nonsense))('asks nothing that the server refuses, whatever an address says: %s', (_, text) => {
  for (const name of ['q', 'sort', 'order', ...facets]) {
    const query = queryOf(loadRunsState(new URLSearchParams({ [name]: text })));
    expect(runQuerySchema.safeParse(query).error).toBeUndefined();
  }
});
