/** Where a report is written. Its size is known where it is a terminal. */
export interface Output {
  write(text: string): unknown;
  columns?: number | undefined;
  rows?: number | undefined;
}
