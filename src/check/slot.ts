import type { SlotAssertion } from '../model/check.ts';
import type { CheckContext } from './context.ts';
import { differs, HOLDS, notYet, type Outcome } from './outcome.ts';
import { literal } from './sql-pool.ts';

export async function slot({ slot, cluster, is }: SlotAssertion, { sql, signal }: CheckContext): Promise<Outcome> {
  const query = `SELECT active, temporary, slot_type FROM pg_replication_slots WHERE slot_name = ${literal(slot)}`;
  try {
    const [[active, temporary, type] = []] = await sql.query(cluster, query, { signal });
    const seen = active === undefined ? 'absent' : active === 't' ? 'active' : 'inactive';
    // What keeps WAL for a standby or an archive has to be there when its session is not.
    if (is !== 'absent' && temporary === 't')
      return differs(WORDS[is], 'a temporary slot, which goes with its session');
    if (is !== 'absent' && type === 'logical') return differs(WORDS[is], 'a logical slot');
    if (seen === is || (is === 'present' && seen !== 'absent')) return HOLDS;
    return differs(WORDS[is], WORDS[seen]);
  } catch (error) {
    return notYet(error, WORDS[is]);
  }
}

const WORDS: Record<SlotAssertion['is'], string> = {
  present: 'a slot of that name',
  absent: 'no slot of that name',
  active: 'a slot in use',
  inactive: 'a slot that nobody uses',
};
