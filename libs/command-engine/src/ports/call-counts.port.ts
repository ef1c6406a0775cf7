/** What was counted of calls in one minute, by application. */
export type Calls = ReadonlyMap<string, number>;

/** How many calls applications made in a minute, added up over all processes of the installation. */
export interface CallCounts {
  /**
   * Adds what this process counted in a minute (whole minutes since 1970; 0 asks without adding) and answers with what all
   * processes have added for the same applications, and with the database's time in ms since 1970. One statement for any
   * number of applications; minutes that are over for long are forgotten on the way.
   * @throws Fault of the store: all of it was added or nothing
   */
  exchange(minute: number, counted: Calls): Promise<{ readonly now: number; readonly totals: Calls }>;
}
