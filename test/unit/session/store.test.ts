import { expect, it } from 'vitest';
import { initialState } from '../../../src/session/state.ts';
import { Store } from '../../../src/session/store.ts';
import { scenario } from '../../fixtures/tui-scenario.ts';

it('says that something is in the way in a tab until it is no longer so there', () => {
  const store = new Store(initialState(scenario, 'local'));
  store.tell('error', 'A pager is open in shell: q leaves it.', 'shell');
  store.unblock('psql');
  expect(store.state.notice?.text).toMatch(/pager/);
  store.unblock('shell');
  expect(store.state.notice).toBeNull();
  store.tell('error', 'The lab is gone.');
  store.unblock('shell');
  expect(store.state.notice?.text).toBe('The lab is gone.');
});
