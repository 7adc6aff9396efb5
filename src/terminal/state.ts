/** What a tab is at: what typing into it would reach. Plain data. */
export type TabState =
  /** No prompt has come yet. */
  | { at: 'starting' }
  /** bash waits for a line. */
  | {
      at: 'bash';
      /** `more`: for the rest of a command, such as the end of a quote, a loop or a heredoc. */
      waits: 'command' | 'more';
      /** The lines of that command so far; empty where a command begins. */
      typed: string;
      cwd: string;
    }
  /** psql waits for a line. */
  | {
      at: 'psql';
      /** `more`: for the rest of a statement, mostly its semicolon. `data`: for a line of COPY, or the `\.` after the last. */
      waits: 'command' | 'more' | 'data';
      /** The lines of that statement so far; empty where a statement begins. */
      typed: string;
      /** What is open in it, as psql's prompt shows: a quote, a dollar quote, a parenthesis, a comment (`*`), or nothing. */
      open: "'" | '"' | '$' | '(' | '*' | '';
      /** False at `!?>`: `\c` connects again. */
      connected: boolean;
      database: string;
      port: number;
    }
  /**
   * A program has the terminal. A `pager` (less, more) waits for a key, `q` to leave. A `full-screen` one (an editor, top) draws
   * the whole screen. A `line-editor` waits for a line without our marks: a shell, a psql or a python that was started so.
   */
  | {
      at: 'pager' | 'full-screen' | 'line-editor' | 'program';
      /** As it was typed, in bash or in psql (`SELECT …` whose output a pager shows). */
      command: string;
      app: 'bash' | 'psql';
    }
  /** The shell has ended. Enter opens it again. */
  | { at: 'ended' };
