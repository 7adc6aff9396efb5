import type { Major } from '../model/topology.ts';

/** What a server runs on behalf of a check, at most, in milliseconds. */
export const STATEMENT_TIMEOUT = 5000;
export const LOCK_TIMEOUT = 1000;

/**
 * Of the start packet, whose settings win over those of the server, the database and the role: what the learner sets must
 * neither change what checks see nor keep them out.
 */
const SETTINGS: [name: string, value: string, since?: Major][] = [
  // The server's log belongs to the learner, so what checks ask, rightly or wrongly, stays out of it.
  ['log_min_messages', 'panic'],
  ['log_min_error_statement', 'panic'],
  ['log_statement', 'none'],
  ['log_duration', 'off'],
  ['log_disconnections', 'off'],
  ['client_min_messages', 'error'],
  // Functions and views of the learner's must not stand in for the server's, whose schema is searched first where it is not said.
  ['search_path', 'public,pg_temp'],
  ['role', 'none'],
  ['row_security', 'on'],
  ['session_replication_role', 'origin'],
  // What runs, or waits, before a session is of use.
  ['event_triggers', 'off', 17],
  ['session_preload_libraries', ''],
  ['local_preload_libraries', ''],
  ['post_auth_delay', '0'],
  // What ends a session, or refuses a query.
  ['idle_in_transaction_session_timeout', '0'],
  ['idle_session_timeout', '0', 15],
  ['transaction_timeout', '0', 17],
  ['exit_on_error', 'off'],
  ['temp_file_limit', '-1'],
  ['default_transaction_read_only', 'off'],
  ['default_transaction_isolation', 'read committed'],
  ['default_transaction_deferrable', 'off'],
  // What changes an answer.
  ['zero_damaged_pages', 'off'],
  ['ignore_checksum_failure', 'off'],
  ['gin_fuzzy_search_limit', '0'],
  ['transform_null_equals', 'off'],
  ['standard_conforming_strings', 'on'],
  ['array_nulls', 'on'],
  // What changes its text: as in a new lab.
  ['DateStyle', 'ISO,MDY'],
  ['IntervalStyle', 'postgres'],
  ['TimeZone', 'Etc/UTC'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
  ['xmlbinary', 'base64'],
  ['quote_all_identifiers', 'off'],
  ['lc_messages', 'en_US.UTF-8'],
  ['lc_monetary', 'en_US.UTF-8'],
  ['lc_numeric', 'en_US.UTF-8'],
  ['lc_time', 'en_US.UTF-8'],
];

/** The `options` of the start packet. */
export const optionsFor = (major: Major): string =>
  SETTINGS.filter(([, , since = 13]) => major >= since)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
    .join(' ');
